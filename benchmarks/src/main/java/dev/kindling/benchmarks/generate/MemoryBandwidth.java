package dev.kindling.benchmarks.generate;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;

/** How fast memory is: what large copies read and write together, on all threads at once. */
final class MemoryBandwidth {
  private static final long BYTES_PER_THREAD = 128L << 20;
  private static final int REPETITIONS = 12;

  private MemoryBandwidth() {}

  /** Bytes per second, the best of some repetitions. */
  static double measure(int numThreads) throws InterruptedException {
    ExecutorService threads = Executors.newFixedThreadPool(numThreads);
    try (BytePointer source = new BytePointer(numThreads * BYTES_PER_THREAD);
        BytePointer target = new BytePointer(numThreads * BYTES_PER_THREAD)) {
      Pointer.memset(source, 1, source.capacity());
      double best = 0;
      for (int repetition = 0; repetition < REPETITIONS; repetition++) {
        List<Callable<Void>> copies =
            IntStream.range(0, numThreads)
                .mapToObj(thread -> copy(source, target, thread * BYTES_PER_THREAD))
                .toList();
        long start = System.nanoTime();
        for (Future<Void> copy : threads.invokeAll(copies)) {
          copy.get();
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        best = Math.max(best, 2.0 * numThreads * BYTES_PER_THREAD / seconds);
      }
      return best;
    } catch (ExecutionException e) {
      throw new IllegalStateException("A copy failed: " + e.getMessage(), e);
    } finally {
      threads.shutdown();
    }
  }

  private static Callable<Void> copy(BytePointer source, BytePointer target, long offset) {
    return () -> {
      Pointer.memcpy(
          target.getPointer(BytePointer.class, offset),
          source.getPointer(BytePointer.class, offset),
          BYTES_PER_THREAD);
      return null;
    };
  }
}
