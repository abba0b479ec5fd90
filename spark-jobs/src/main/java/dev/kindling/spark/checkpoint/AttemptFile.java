package dev.kindling.spark.checkpoint;

import dev.kindling.data.manifest.Checksums;
import dev.kindling.spark.parallel.HadoopSettings;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.UUID;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * A file as one attempt of a task writes it: under a name that no other attempt has. A twin started
 * by speculation, or an attempt that outlives its executor's connection, can only ever write its
 * own; the driver moves the one whose result it got.
 */
final class AttemptFile extends FilterOutputStream {
  private final String name;
  private final Path path;
  private final MessageDigest digest = Checksums.newSha256();
  private long bytes;

  private AttemptFile(String name, Path path, OutputStream out) {
    super(out);
    this.name = name;
    this.path = path;
  }

  static AttemptFile create(HadoopSettings hadoop, String checkpoint, String name)
      throws IOException {
    Path attempts = new Path(checkpoint, CheckpointLayout.ATTEMPTS);
    Path path = new Path(attempts, name + "." + UUID.randomUUID());
    FileSystem fs = path.getFileSystem(hadoop.get());
    return new AttemptFile(name, path, fs.create(path, false));
  }

  @Override
  public void write(int value) throws IOException {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public void write(byte[] source, int offset, int length) throws IOException {
    out.write(source, offset, length);
    digest.update(source, offset, length);
    bytes += length;
  }

  /** What was written; to be called once, after closing. */
  WrittenFile written() {
    return new WrittenFile(name, path.toString(), bytes, HexFormat.of().formatHex(digest.digest()));
  }
}
