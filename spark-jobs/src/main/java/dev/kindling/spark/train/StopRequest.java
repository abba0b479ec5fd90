package dev.kindling.spark.train;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Lets another thread ask a run to stop with a checkpoint: after the round that is under way, or,
 * once {@link #hurry} was called, without it.
 */
public final class StopRequest {
  private final List<Runnable> cancellations = new ArrayList<>();
  private boolean requested;
  private boolean hurried;

  /** Asks the run to stop after the round that is under way. */
  public synchronized void stop() {
    requested = true;
  }

  /** Asks the run to give the round up that is under way. */
  public synchronized void hurry() {
    requested = true;
    hurried = true;
    cancellations.forEach(Runnable::run);
  }

  /** Whether the run is to stop. */
  public synchronized boolean isRequested() {
    return requested;
  }

  /** Whether the round that is under way is to be given up. */
  public synchronized boolean isHurried() {
    return hurried;
  }

  /**
   * Runs work that may be given up.
   *
   * @param cancellation makes the work fail soon; called from another thread, while the work is
   *     done, or never
   * @param work whose failure is thrown, whatever the reason
   */
  <T> T whileCancellable(Runnable cancellation, Supplier<T> work) {
    synchronized (this) {
      if (hurried) {
        throw new IllegalStateException("the run is to stop at once");
      }
      cancellations.add(cancellation);
    }
    try {
      return work.get();
    } finally {
      synchronized (this) {
        cancellations.remove(cancellation);
      }
    }
  }
}
