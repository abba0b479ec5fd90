package dev.kindling.spark.checkpoint;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.util.Progressable;

/**
 * The local filesystem as a process sees it that dies after a given number of changes: the change
 * that it dies in is half done, if it is a write, and nothing happens afterwards. It can also
 * refuse to read, and move files as object stores do, by a copy and a deletion.
 */
public final class CrashingFileSystem extends RawLocalFileSystem {
  static final String SCHEME = "crashing";

  private static final AtomicLong changesLeft = new AtomicLong(Long.MAX_VALUE);
  private static final AtomicBoolean copies = new AtomicBoolean();
  private static final AtomicReference<String> unreadable = new AtomicReference<>("");

  /** Lets {@code numChanges} changes happen, and no more. */
  static void crashAfter(long numChanges) {
    changesLeft.set(numChanges);
  }

  /** Lets every attempt to read a file of this name fail, as storage does that is out of order. */
  static void refuseToRead(String name) {
    unreadable.set(name);
  }

  /** Lets a file be moved by a copy, byte by byte, and a deletion: no single change any more. */
  static void moveByCopying() {
    copies.set(true);
  }

  /** Moves files in one change, as a filesystem with directories does. */
  static void moveAtOnce() {
    copies.set(false);
  }

  /** Comes back to life. */
  static void recover() {
    changesLeft.set(Long.MAX_VALUE);
    unreadable.set("");
  }

  /** Whether the process has died. */
  static boolean hasCrashed() {
    return changesLeft.get() < 0;
  }

  @Override
  public URI getUri() {
    return URI.create(SCHEME + ":///");
  }

  @Override
  public String getScheme() {
    return SCHEME;
  }

  @Override
  public FSDataOutputStream create(
      Path path,
      FsPermission permission,
      boolean overwrite,
      int bufferSize,
      short replication,
      long blockSize,
      Progressable progress)
      throws IOException {
    change("create " + path);
    if (exists(path) && !overwrite) {
      throw new FileAlreadyExistsException(path.toString());
    }
    pathToFile(path.getParent()).mkdirs();
    return new FSDataOutputStream(
        new CrashingStream(new FileOutputStream(pathToFile(path))), statistics);
  }

  @Override
  public FSDataOutputStream create(
      Path path,
      boolean overwrite,
      int bufferSize,
      short replication,
      long blockSize,
      Progressable progress)
      throws IOException {
    return create(path, null, overwrite, bufferSize, replication, blockSize, progress);
  }

  @Override
  public FSDataInputStream open(Path path, int bufferSize) throws IOException {
    if (path.getName().equals(unreadable.get())) {
      throw new IOException("the storage does not answer: " + path);
    }
    return super.open(path, bufferSize);
  }

  @Override
  public boolean rename(Path source, Path destination) throws IOException {
    if (copies.get()) {
      try (FSDataInputStream in = open(source, 1 << 10);
          FSDataOutputStream out = create(destination, false, 1 << 10, (short) 1, 1 << 20, null)) {
        in.transferTo(out);
      }
      return delete(source, false);
    }
    change("rename " + source);
    return super.rename(source, destination);
  }

  @Override
  public boolean delete(Path path, boolean recursive) throws IOException {
    if (exists(path)) {
      change("delete " + path);
    }
    return super.delete(path, recursive);
  }

  @Override
  public boolean mkdirs(Path path) throws IOException {
    if (!exists(path)) {
      change("mkdirs " + path);
    }
    return super.mkdirs(path);
  }

  private static void change(String what) throws IOException {
    if (changesLeft.decrementAndGet() < 0) {
      throw new IOException("the process has died before: " + what);
    }
  }

  /** Unbuffered, so that what was not written before the end is lost. */
  private static final class CrashingStream extends OutputStream {
    private final OutputStream out;

    CrashingStream(OutputStream out) {
      this.out = out;
    }

    @Override
    public void write(int value) throws IOException {
      write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      long left = changesLeft.decrementAndGet();
      if (left < 0) {
        if (left == -1) {
          out.write(bytes, offset, length / 2);
        }
        throw new IOException("the process has died in a write");
      }
      out.write(bytes, offset, length);
    }

    @Override
    public void close() throws IOException {
      out.close();
    }
  }
}
