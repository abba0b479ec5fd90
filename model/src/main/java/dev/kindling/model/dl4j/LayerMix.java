package dev.kindling.model.dl4j;

import java.util.Arrays;
import java.util.List;

/**
 * ELMo's contextual vectors: the weighted sum of the embedding, twice, and of every layer's forward
 * and backward state.
 *
 * @param weights of the embeddings and of each layer; their sum is 1
 */
// The array is never compared.
@SuppressWarnings("ArrayRecordComponent")
record LayerMix(double[] weights) {
  /** The softmax of scores. */
  static LayerMix of(double[] scores) {
    double largest = Arrays.stream(scores).max().orElseThrow();
    double[] weights = Arrays.stream(scores).map(score -> Math.exp(score - largest)).toArray();
    double sum = Arrays.stream(weights).sum();
    return new LayerMix(Arrays.stream(weights).map(weight -> weight / sum).toArray());
  }

  /**
   * Where the token of every row stands if each sequence is read backwards, by its own length; the
   * padding stays where it is.
   *
   * @param numRows B × T
   * @param lengths [B]
   */
  static int[] mirroredRows(int numRows, int[] lengths) {
    int[] mirrored = new int[numRows];
    int padded = numRows / lengths.length;
    for (int row = 0; row < numRows; row++) {
      int t = row % padded;
      int length = lengths[row / padded];
      mirrored[row] = t < length ? row - t + length - 1 - t : row;
    }
    return mirrored;
  }

  /**
   * Mixes layers.
   *
   * @param forward [rows × H] of the embeddings and of each layer
   * @param backward the same of the mirrored sequences
   * @param mirrored which row of {@code backward} belongs to each
   * @return [rows × 2H]
   */
  float[] vectors(List<float[]> forward, List<float[]> backward, int[] mirrored) {
    int numRows = mirrored.length;
    int size = forward.get(0).length / numRows;
    float[] vectors = new float[numRows * 2 * size];
    for (int layer = 0; layer < weights.length; layer++) {
      for (int row = 0; row < numRows; row++) {
        add(layer, forward, row * size, size, vectors, 2 * row * size);
        add(layer, backward, mirrored[row] * size, size, vectors, (2 * row + 1) * size);
      }
    }
    return vectors;
  }

  private void add(
      int layer, List<float[]> layers, int source, int size, float[] vectors, int target) {
    float weight = (float) weights[layer];
    float[] states = layers.get(layer);
    for (int i = 0; i < size; i++) {
      vectors[target + i] += weight * states[source + i];
    }
  }
}
