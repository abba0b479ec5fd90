package dev.kindling.model.train;

import dev.kindling.model.backend.SliceGroup;
import dev.kindling.model.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/** Slices of one model as threads that sum through the heap. */
final class SliceThreads {
  private static final int TIMEOUT_SECONDS = 120;

  private final int numSlices;
  private final CyclicBarrier barrier;
  private final double[][] told;

  private SliceThreads(int numSlices) {
    this.numSlices = numSlices;
    this.barrier = new CyclicBarrier(numSlices);
    this.told = new double[numSlices][];
  }

  /** Runs the same work on every slice, and gives the results by slice. */
  static <T> List<T> run(int numSlices, Function<SliceGroup, T> work) {
    SliceThreads threads = new SliceThreads(numSlices);
    ExecutorService executor = Executors.newFixedThreadPool(numSlices);
    try {
      List<Future<T>> futures = new ArrayList<>();
      for (int slice = 0; slice < numSlices; slice++) {
        SliceGroup group = threads.new Group(slice);
        futures.add(executor.submit(() -> work.apply(group)));
      }
      List<T> results = new ArrayList<>();
      for (Future<T> future : futures) {
        results.add(future.get(TIMEOUT_SECONDS, TimeUnit.SECONDS));
      }
      return results;
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      throw new AssertionError("a slice failed", e);
    } finally {
      executor.shutdownNow();
    }
  }

  private final class Group implements SliceGroup {
    private final int slice;

    Group(int slice) {
      this.slice = slice;
    }

    @Override
    public int slice() {
      return slice;
    }

    @Override
    public int numSlices() {
      return numSlices;
    }

    @Override
    public void sumInPlace(Tensor tensor) {
      told[slice] = tensor.toDoubles();
      await();
      double[] sum = new double[told[0].length];
      for (double[] values : told) {
        for (int i = 0; i < sum.length; i++) {
          sum[i] += values[i];
        }
      }
      await();
      tensor.setDoubles(sum);
    }

    private void await() {
      try {
        barrier.await(TIMEOUT_SECONDS, TimeUnit.SECONDS);
      } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
        throw new IllegalStateException("another slice does not come", e);
      }
    }
  }
}
