package dev.kindling.benchmarks.gpu;

import dev.kindling.model.nn.ParameterStore;
import dev.kindling.model.tensor.Tensor;
import java.util.Arrays;
import java.util.Random;

/**
 * Parameters whose values do not matter, but for being spread as those of a new model are. A block
 * of draws is repeated: the model's own initialisation takes longer than all of a measurement.
 */
final class RandomParameters {
  private static final float DEVIATION = 0.02f;

  /** A prime, so that no two rows of a matrix are the same. */
  private static final int BLOCK = 1_000_003;

  private RandomParameters() {}

  static void fill(ParameterStore parameters) {
    float[] draws = new float[BLOCK];
    Random random = new Random(1);
    for (int i = 0; i < BLOCK; i++) {
      draws[i] = DEVIATION * (float) random.nextGaussian();
    }
    for (ParameterStore.Slice slice : parameters.slices()) {
      Tensor tensor = parameters.tensor(slice);
      if (slice.name().endsWith(".bias")) {
        repeat(new float[BLOCK], tensor);
      } else if (slice.shape().size() == 1) {
        float[] ones = new float[BLOCK];
        Arrays.fill(ones, 1);
        repeat(ones, tensor);
      } else {
        repeat(draws, tensor);
      }
    }
  }

  private static void repeat(float[] values, Tensor tensor) {
    for (long start = 0; start < tensor.numElements(); start += values.length) {
      tensor.write(start, values, 0, (int) Math.min(values.length, tensor.numElements() - start));
    }
  }
}
