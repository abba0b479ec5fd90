package dev.kindling.model.backend.nd4j;

import dev.kindling.model.backend.Dropout;
import dev.kindling.model.tensor.Tensor;

/** Dropout, one element at a time. */
final class Nd4jDropout {
  private Nd4jDropout() {}

  static void apply(Tensor source, Dropout dropout, Tensor target) {
    double[] values = source.toDoubles();
    for (int i = 0; i < values.length; i++) {
      values[i] *=
          factor(dropout, i / dropout.elementsPerSample(), i % dropout.elementsPerSample());
    }
    target.setDoubles(values);
  }

  /** What one element is multiplied by: 0, or what makes up for those that become 0. */
  static double factor(Dropout dropout, long sample, long element) {
    long key = dropout.sampleKey(sample);
    int hash = Dropout.hash((int) key, (int) (key >>> 32), dropout.number(element));
    boolean stays = hash >= dropout.threshold();
    return stays ? dropout.scale() : 0;
  }
}
