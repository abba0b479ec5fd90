package dev.kindling.data.shard;

import dev.kindling.data.IntList;
import dev.kindling.data.manifest.Checksums;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** Writes one shard: documents one after another into a {@code .bin}, then its {@code .idx}. */
final class TokenShardWriter implements Closeable {
  private final FileSystem fs;
  private final Split split;
  private final Path bin;
  private final TokenType type;
  private final HashingFile out;
  private final IntList lengths = new IntList(64);
  private final IntList documents = new IntList(64);

  /** Replaces a file of this name, which can only be of an attempt that is given up. */
  TokenShardWriter(FileSystem fs, Split split, Path bin, TokenType type) throws IOException {
    this.fs = fs;
    this.split = split;
    this.bin = bin;
    this.type = type;
    this.out = new HashingFile(fs, bin);
  }

  /**
   * Adds one document.
   *
   * @param tokens their bytes
   * @param sequenceLengths the tokens of each sequence that the document consists of
   */
  void add(byte[] tokens, int[] sequenceLengths) throws IOException {
    documents.add(lengths.size());
    for (int length : sequenceLengths) {
      lengths.add(length);
    }
    out.write(tokens);
  }

  /** Finishes both files and tells what they hold. */
  WrittenShard finish() throws IOException {
    out.close();
    HashingFile index = new HashingFile(fs, TokenShards.indexOf(bin));
    try (index) {
      TokenIndex.write(index, type, lengths.toArray(), documents.toArray());
    }
    return new WrittenShard(
        split, bin.toString(), out.numBytes, out.sha256(), index.numBytes, index.sha256());
  }

  @Override
  public void close() throws IOException {
    out.close();
  }

  /** A new file that is counted and hashed while it is written. */
  private static final class HashingFile extends OutputStream {
    private final MessageDigest digest = Checksums.newSha256();
    private final OutputStream out;
    private long numBytes;

    HashingFile(FileSystem fs, Path path) throws IOException {
      out = new DigestOutputStream(fs.create(path, true), digest);
    }

    @Override
    public void write(int value) throws IOException {
      out.write(value);
      numBytes++;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      out.write(bytes, offset, length);
      numBytes += length;
    }

    @Override
    public void close() throws IOException {
      out.close();
    }

    String sha256() {
      return HexFormat.of().formatHex(digest.digest());
    }
  }
}
