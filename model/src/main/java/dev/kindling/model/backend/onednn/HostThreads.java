package dev.kindling.model.backend.onednn;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Runs plain Java loops on several threads. Work is cut into parts of equal length by position
 * alone, so results do not depend on which thread ran what.
 */
final class HostThreads implements AutoCloseable {
  /** Less than this is done sooner than another thread wakes up. */
  private static final long LEAST_ELEMENTS_PER_THREAD = 32 * 1024;

  private final int numThreads;
  private final ExecutorService helpers;

  HostThreads(int numThreads) {
    this.numThreads = numThreads;
    this.helpers =
        Executors.newFixedThreadPool(
            Math.max(1, numThreads - 1),
            task -> {
              Thread thread = new Thread(task, "kindling-host-kernel");
              thread.setDaemon(true);
              return thread;
            });
  }

  /** A loop over items. */
  interface Loop {
    /**
     * Works on some of the items.
     *
     * @param thread the number of the thread, for buffers
     * @param first the first item
     * @param end behind the last item
     */
    void run(int thread, long first, long end);
  }

  int numThreads() {
    return numThreads;
  }

  /**
   * Runs a loop over all items and returns when it is done.
   *
   * @param numItems items, which may be worked on at the same time
   * @param elementsPerItem how much work an item is
   */
  void forEach(long numItems, long elementsPerItem, Loop loop) {
    long numParts =
        Math.min(numThreads, Math.max(1, numItems * elementsPerItem / LEAST_ELEMENTS_PER_THREAD));
    numParts = Math.min(numParts, Math.max(1, numItems));
    if (numParts == 1) {
      loop.run(0, 0, numItems);
      return;
    }
    CountDownLatch running = new CountDownLatch((int) numParts - 1);
    Throwable[] failures = new Throwable[(int) numParts];
    for (int part = 1; part < numParts; part++) {
      int thread = part;
      long first = numItems * part / numParts;
      long end = numItems * (part + 1) / numParts;
      helpers.execute(
          () -> {
            try {
              loop.run(thread, first, end);
            } catch (RuntimeException | Error e) {
              failures[thread] = e;
            } finally {
              running.countDown();
            }
          });
    }
    loop.run(0, 0, numItems / numParts);
    await(running);
    for (Throwable failure : failures) {
      if (failure != null) {
        throw new IllegalStateException("A host kernel failed: " + failure.getMessage(), failure);
      }
    }
  }

  /** Memory that helpers still write must not be given up, so interruption waits too. */
  private static void await(CountDownLatch running) {
    boolean interrupted = false;
    while (true) {
      try {
        running.await();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    helpers.shutdown();
  }
}
