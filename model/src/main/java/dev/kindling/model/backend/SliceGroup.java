package dev.kindling.model.backend;

import dev.kindling.model.tensor.Tensor;

/**
 * The ranks that hold the slices of one model's matrices together (tensor parallelism, Shoeybi et
 * al. 2019), as layers and kernels see them: all run the same passes in the same order, and sum up
 * what each computes of a result.
 */
public interface SliceGroup {
  /** One rank that holds everything. */
  SliceGroup WHOLE =
      new SliceGroup() {
        @Override
        public int slice() {
          return 0;
        }

        @Override
        public int numSlices() {
          return 1;
        }

        @Override
        public void sumInPlace(Tensor tensor) {}
      };

  /**
   * The first of {@code size} neighbours that belong to a slice, where slices share them in nearly
   * equal ranges; those of the next slice begin where it ends.
   */
  static long first(long size, int slice, int numSlices) {
    return size * slice / numSlices;
  }

  /** Which slice is here. */
  int slice();

  /** How many there are. */
  int numSlices();

  /**
   * Replaces a tensor by its sum over all slices; waits for them, and gives all the same bits.
   *
   * @param tensor of the same shape and type on every slice
   */
  void sumInPlace(Tensor tensor);

  /** Whether there are others. */
  default boolean isSliced() {
    return numSlices() > 1;
  }
}
