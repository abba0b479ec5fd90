package dev.kindling.spark.train;

import dev.kindling.data.InvalidInputException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.ChecksumException;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The right of one driver to change a run directory (a lease with fencing tokens, Gray and Cheriton
 * 1989): a file {@code _lease-N}, created where there is none, that its holder writes anew every
 * few seconds. The highest N holds the directory.
 *
 * <p>Who finds a lease watches it. If it changes, its holder lives, and the other is refused; if it
 * does not change for the time of a lease, or its process is on this machine and has ended, the
 * holder is dead, and the other creates N + 1. So a holder that was only slow finds that it has
 * been replaced, and {@link #requireHeld} stops it before it commits anything. No two clocks are
 * compared.
 *
 * <p>One of two that come at the same moment gets it if the filesystem creates files exclusively,
 * as HDFS does. Where creation overwrites, as on object stores, the one that wrote first finds out
 * with its next beat or commit, whichever is first.
 */
final class RunLease implements AutoCloseable {
  /** What a holder writes and how long it may be silent. */
  record Timing(Duration beat, Duration lease) {
    static final Timing DEFAULT = new Timing(Duration.ofSeconds(5), Duration.ofSeconds(30));
  }

  private static final Logger LOG = LoggerFactory.getLogger(RunLease.class);
  private static final Pattern NAME = Pattern.compile("_lease-(\\d{8,18})");

  private final FileSystem fs;
  private final Path directory;
  private final long number;
  private final boolean madeDirectory;
  private final ScheduledExecutorService heart;
  private LeaseHolder self;

  private RunLease(
      FileSystem fs, Path directory, long number, boolean madeDirectory, LeaseHolder self) {
    this.fs = fs;
    this.directory = directory;
    this.number = number;
    this.madeDirectory = madeDirectory;
    this.self = self;
    this.heart =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "run-lease");
              thread.setDaemon(true);
              return thread;
            });
  }

  /**
   * Takes the lease; returns at once where nobody holds it, and otherwise when it is clear whether
   * its holder lives, after the time of a lease at most.
   *
   * @param directory the run's; made if it is missing
   * @throws InvalidInputException if another driver holds it; nothing was changed then
   */
  static RunLease acquire(Configuration hadoop, Path directory, String application, Timing timing) {
    LeaseHolder self = LeaseHolder.current(application);
    try {
      FileSystem fs = directory.getFileSystem(hadoop);
      OptionalLong held = newest(fs, directory);
      if (held.isPresent()) {
        waitForDeath(fs, directory, held.getAsLong(), timing);
      }
      boolean makes = !fs.exists(directory);
      RunLease lease = new RunLease(fs, directory, held.orElse(0) + 1, makes, self);
      lease.create();
      long millis = timing.beat().toMillis();
      // A beat reports its own failures.
      Future<?> unused =
          lease.heart.scheduleWithFixedDelay(lease::beat, millis, millis, TimeUnit.MILLISECONDS);
      return lease;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot take the lease of " + directory, e);
    }
  }

  private static void waitForDeath(FileSystem fs, Path directory, long number, Timing timing)
      throws IOException {
    Path file = file(directory, number);
    byte[] first = read(fs, file);
    long started = System.nanoTime();
    while (!isKnownDead(first)) {
      byte[] now = read(fs, file);
      if (now.length == 0) {
        // Given back meanwhile, or about to be written for the first time.
        if (!fs.exists(file)) {
          return;
        }
      } else if (first.length > 0 && !Arrays.equals(first, now)) {
        throw refused(directory, LeaseHolder.parse(now).inWords());
      }
      first = now.length == 0 ? first : now;
      if (System.nanoTime() - started > timing.lease().toNanos()) {
        break;
      }
      pause(timing.beat().toMillis() / 5 + 1);
    }
    LOG.warn("taking over {}: its driver, {}, is gone", directory, describe(first));
  }

  private static boolean isKnownDead(byte[] holder) throws IOException {
    return holder.length > 0 && LeaseHolder.parse(holder).isKnownDead();
  }

  private static String describe(byte[] holder) throws IOException {
    return holder.length == 0 ? "of which nothing is known" : LeaseHolder.parse(holder).inWords();
  }

  private static void pause(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for a lease", e);
    }
  }

  private void create() throws IOException {
    try (OutputStream out = fs.create(file(), false)) {
      out.write(self.toJson());
    } catch (FileAlreadyExistsException e) {
      throw refused(directory, "a driver that was started at the same moment");
    }
    requireHeld();
    for (long old = number - 1; old > 0 && fs.delete(file(directory, old), false); old--) {
      LOG.info("removed the lease {} of {}", old, directory);
    }
  }

  private synchronized void beat() {
    try {
      requireHeld();
      self = self.nextBeat();
      try (OutputStream out = fs.create(file(), true)) {
        out.write(self.toJson());
      }
    } catch (InvalidInputException e) {
      LOG.error("{}", e.getMessage());
      heart.shutdown();
    } catch (IOException | UncheckedIOException e) {
      LOG.warn("cannot renew the lease of {}; trying again", directory, e);
    }
  }

  /**
   * Checks that nobody has replaced this driver.
   *
   * @throws InvalidInputException if somebody has
   */
  synchronized void requireHeld() {
    try {
      byte[] written = read(fs, file());
      boolean replaced = newest(fs, directory).orElse(0) != number;
      if (replaced || written.length == 0 || !LeaseHolder.parse(written).id().equals(self.id())) {
        throw new InvalidInputException(
            "another driver has taken over " + directory + ", since this one was silent for long",
            "one driver at a time",
            "let the other one go on; what it writes was left as it is");
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file(), e);
    }
  }

  /** Gives the lease back. */
  @Override
  public void close() {
    heart.shutdownNow();
    giveBack();
  }

  private synchronized void giveBack() {
    try {
      byte[] written = read(fs, file());
      if (written.length > 0 && LeaseHolder.parse(written).id().equals(self.id())) {
        fs.delete(file(), false);
      }
      if (madeDirectory && fs.exists(directory) && fs.listStatus(directory).length == 0) {
        fs.delete(directory, false);
      }
    } catch (IOException e) {
      LOG.warn("cannot give back {}: it ends by itself", file(), e);
    }
  }

  private Path file() {
    return file(directory, number);
  }

  private static Path file(Path directory, long number) {
    return new Path(directory, String.format(Locale.ROOT, "_lease-%08d", number));
  }

  private static OptionalLong newest(FileSystem fs, Path directory) throws IOException {
    long newest = 0;
    if (fs.exists(directory)) {
      for (FileStatus status : fs.listStatus(directory)) {
        Matcher name = NAME.matcher(status.getPath().getName());
        if (name.matches()) {
          newest = Math.max(newest, Long.parseLong(name.group(1)));
        }
      }
    }
    return newest == 0 ? OptionalLong.empty() : OptionalLong.of(newest);
  }

  /** The content; empty where there is none, or where it is being written at this moment. */
  private static byte[] read(FileSystem fs, Path file) throws IOException {
    try (InputStream in = fs.open(file)) {
      byte[] content = in.readAllBytes();
      boolean whole = content.length > 0 && content[content.length - 1] == '\n';
      return whole ? content : new byte[0];
    } catch (FileNotFoundException | ChecksumException e) {
      return new byte[0];
    }
  }

  private static InvalidInputException refused(Path directory, String holder) {
    return new InvalidInputException(
        directory + " is in use by " + holder,
        "one driver at a time in a run directory",
        "wait for it or stop it, or choose another --output; nothing was changed");
  }
}
