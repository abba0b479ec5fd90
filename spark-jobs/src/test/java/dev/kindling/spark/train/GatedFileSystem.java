package dev.kindling.spark.train;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.util.Progressable;
import org.apache.spark.TaskContext;

/**
 * The local filesystem behind a gate that holds up who writes files of one name, or tasks of one
 * job that read, and with a disk that fills.
 */
public final class GatedFileSystem extends RawLocalFileSystem {
  static final String SCHEME = "gated";

  private static final AtomicReference<String> held = new AtomicReference<>("");
  private static final AtomicReference<String> heldJob = new AtomicReference<>("");
  private static final AtomicReference<CountDownLatch> gate =
      new AtomicReference<>(new CountDownLatch(0));
  private static final AtomicBoolean full = new AtomicBoolean();

  /** Holds whoever creates a file of this name, until {@link #release}. */
  static void hold(String name) {
    gate.set(new CountDownLatch(1));
    held.set(name);
  }

  /** Holds tasks that open a file for a job of this description, until {@link #release}. */
  static void holdJob(String description) {
    gate.set(new CountDownLatch(1));
    heldJob.set(description);
  }

  static void release() {
    gate.get().countDown();
  }

  /** Lets every later write of tensors fail half-way. */
  static void fillUp() {
    full.set(true);
  }

  static void reset() {
    release();
    held.set("");
    heldJob.set("");
    full.set(false);
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
  public FSDataInputStream open(Path path, int bufferSize) throws IOException {
    TaskContext task = TaskContext.get();
    if (task != null && heldJob.get().equals(task.getLocalProperty("spark.job.description"))) {
      passGate();
    }
    return super.open(path, bufferSize);
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
    return create(path, overwrite, bufferSize, replication, blockSize, progress);
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
    if (path.getName().equals(held.get())) {
      passGate();
    }
    FSDataOutputStream out =
        super.create(path, overwrite, bufferSize, replication, blockSize, progress);
    boolean fails = full.get() && path.getName().contains(".safetensors");
    return fails ? new FSDataOutputStream(new FullDisk(out), statistics) : out;
  }

  private static void passGate() throws IOException {
    try {
      if (!gate.get().await(2, TimeUnit.MINUTES)) {
        throw new IOException("nobody has opened the gate: training waits for storage");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  /** Takes half of the first write. */
  private static final class FullDisk extends OutputStream {
    private final OutputStream out;

    FullDisk(OutputStream out) {
      this.out = out;
    }

    @Override
    public void write(int value) throws IOException {
      throw new IOException("No space left on device");
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      out.write(bytes, offset, length / 2);
      throw new IOException("No space left on device");
    }

    @Override
    public void close() throws IOException {
      out.close();
    }
  }
}
