package dev.kindling.spark.communicate;

import dev.kindling.model.tensor.Tensor;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** All-reduces one after another, on a thread beside the caller's. */
final class BackgroundAllReduce implements AutoCloseable {
  private final Communicator ranks;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(BackgroundAllReduce::newThread);

  /**
   * Starts.
   *
   * @param ranks used on the thread alone, and closed in the end
   */
  BackgroundAllReduce(Communicator ranks) {
    this.ranks = ranks;
  }

  private static Thread newThread(Runnable task) {
    Thread thread = new Thread(task, "kindling-all-reduce");
    thread.setDaemon(true);
    return thread;
  }

  Pending begin(Tensor tensor) {
    Future<?> end = thread.submit(() -> ranks.allReduceSumInPlace(tensor));
    return () -> await(end);
  }

  /** Waits as long as it takes: every wait inside has its timeout. */
  private static void await(Future<?> end) {
    try {
      end.get();
    } catch (ExecutionException e) {
      throw new CommunicationException(e.getCause().getMessage(), e);
    } catch (CancellationException e) {
      throw new CommunicationException("the group was closed before this all-reduce began", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommunicationException("the task was killed during an all-reduce", e);
    }
  }

  CommunicatorStats stats() {
    return ranks.stats();
  }

  /** What is going on is broken off. */
  @Override
  public void close() {
    for (Runnable waiting : thread.shutdownNow()) {
      ((Future<?>) waiting).cancel(false);
    }
    boolean wasInterrupted = Thread.interrupted();
    while (!isTerminated()) {
      wasInterrupted = true;
    }
    ranks.close();
    if (wasInterrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean isTerminated() {
    try {
      return thread.awaitTermination(Long.MAX_VALUE, TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      return false;
    }
  }
}
