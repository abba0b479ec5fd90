package dev.kindling.data.shard;

import java.io.Serializable;

/** The two files of a shard under the names of one attempt, as its task reports them. */
final class WrittenShard implements Serializable {
  private static final long serialVersionUID = 1L;

  private final Split split;
  private final String bin;
  private final long binBytes;
  private final String binSha256;
  private final long idxBytes;
  private final String idxSha256;

  WrittenShard(
      Split split, String bin, long binBytes, String binSha256, long idxBytes, String idxSha256) {
    this.split = split;
    this.bin = bin;
    this.binBytes = binBytes;
    this.binSha256 = binSha256;
    this.idxBytes = idxBytes;
    this.idxSha256 = idxSha256;
  }

  Split split() {
    return split;
  }

  String bin() {
    return bin;
  }

  long binBytes() {
    return binBytes;
  }

  String binSha256() {
    return binSha256;
  }

  long idxBytes() {
    return idxBytes;
  }

  String idxSha256() {
    return idxSha256;
  }
}
