package dev.kindling.model.nn;

import dev.kindling.model.autograd.Tape;
import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.Tensor;

/**
 * T5's relative positions (Raffel et al. 2020): one number per head and bucket of distances, added
 * to the scores of every layer of a stack. Half of the buckets are single distances, the others
 * grow with the logarithm of the distance.
 *
 * @param table [number of buckets, H]
 * @param bidirectional whether keys behind the query have buckets of their own, half of all
 * @param maxDistance from which on all distances share the last bucket
 */
public record RelativeBias(Parameter table, boolean bidirectional, int maxDistance) {
  /**
   * The bias of one pass.
   *
   * @param value [H, Tq, Tk]
   * @param gradient of the same shape, to which every layer adds; null without a backward pass
   */
  public record Computed(Tensor value, Tensor gradient) {}

  /**
   * Computes the bias of all layers, and records how its gradient reaches the table.
   *
   * @param firstQuery the position of the first query
   * @param numQueries Tq
   * @param numKeys Tk
   */
  public Computed forward(Tape tape, int firstQuery, int numQueries, int numKeys) {
    int[] buckets = new int[numQueries * numKeys];
    for (int query = 0; query < numQueries; query++) {
      for (int key = 0; key < numKeys; key++) {
        buckets[query * numKeys + key] = bucket(key - (firstQuery + query));
      }
    }
    Tensor uploaded = tape.upload(buckets).reshape(numQueries, numKeys);
    long numHeads = table.value().dim(1);
    DType dtype = table.value().dtype();
    Tensor value = tape.scratch(dtype, numHeads, numQueries, numKeys);
    tape.backend().relativeBiasForward(table.value(), uploaded, value);
    if (!tape.isRecording()) {
      return new Computed(value, null);
    }
    Tensor gradient = tape.scratch(dtype, numHeads, numQueries, numKeys);
    tape.backend().fill(gradient, 0);
    tape.record(() -> tape.backend().relativeBiasBackward(gradient, uploaded, table.gradient()));
    return new Computed(value, gradient);
  }

  /**
   * The bucket of a distance.
   *
   * @param distance the key's position minus the query's
   */
  public int bucket(int distance) {
    int numBuckets = Math.toIntExact(table.value().dim(0));
    int first = 0;
    int steps = Math.max(0, -distance);
    if (bidirectional) {
      numBuckets /= 2;
      first = distance > 0 ? numBuckets : 0;
      steps = Math.abs(distance);
    }
    int numExact = numBuckets / 2;
    if (steps < numExact) {
      return first + steps;
    }
    // In single precision, as the tables of published models were trained.
    float position =
        (float) Math.log((float) steps / numExact)
            / (float) Math.log((double) maxDistance / numExact)
            * (numBuckets - numExact);
    return first + Math.min(numBuckets - 1, numExact + (int) position);
  }
}
