package dev.kindling.spark.cli;

import dev.kindling.spark.train.StopRequest;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.spark.util.SignalUtils;

/**
 * Turns SIGTERM, which clusters send before they take a machine away, and SIGINT into the wish to
 * stop with a checkpoint, as long as it is open. The second signal ends the process at once.
 *
 * <p>Handled as signals and not in a shutdown hook: Spark stops its context in one, and no job runs
 * after that.
 */
final class StopSignals implements AutoCloseable {
  /** What shells give for a process that a signal has ended, less the number of the signal. */
  private static final int EXIT_BY_SIGNAL = 128;

  private static final AtomicReference<StopSignals> listening = new AtomicReference<>();

  /** A signal that asks a process to end. */
  private enum Asking {
    INT(2),
    TERM(15);

    private final int number;

    Asking(int number) {
      this.number = number;
    }
  }

  static {
    for (Asking signal : Asking.values()) {
      SignalUtils.register(signal.name(), () -> received(signal.number));
    }
  }

  private final Console console;
  private final StopRequest stop;
  private final long graceSeconds;
  private final AtomicInteger received = new AtomicInteger();
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "grace-period");
            thread.setDaemon(true);
            return thread;
          });

  private StopSignals(Console console, StopRequest stop, long graceSeconds) {
    this.console = console;
    this.stop = stop;
    this.graceSeconds = graceSeconds;
  }

  /**
   * Listens until it is closed.
   *
   * @param graceSeconds from a signal to the end of the process; after half of it, the round that
   *     is under way is given up
   */
  static StopSignals listen(Console console, StopRequest stop, long graceSeconds) {
    StopSignals signals = new StopSignals(console, stop, graceSeconds);
    listening.set(signals);
    return signals;
  }

  /** The exit code of a process that the signal has ended. */
  int exitCode() {
    return EXIT_BY_SIGNAL + received.get();
  }

  /** Returns false where nobody listens: then the JVM's own handler ends it. */
  private static boolean received(int signal) {
    StopSignals signals = listening.get();
    if (signals == null) {
      return false;
    }
    if (!signals.received.compareAndSet(0, signal)) {
      Runtime.getRuntime().halt(EXIT_BY_SIGNAL + signal);
    }
    signals.stopInTime();
    return true;
  }

  private void stopInTime() {
    console.line(
        "%-13s stopping with a checkpoint within %d s; a second signal ends it at once",
        "", graceSeconds);
    stop.stop();
    Future<?> unused = timer.schedule(stop::hurry, graceSeconds * 500, TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() {
    listening.compareAndSet(this, null);
    timer.shutdownNow();
  }
}
