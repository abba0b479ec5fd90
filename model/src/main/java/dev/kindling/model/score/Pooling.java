package dev.kindling.model.score;

/** Which hidden states of a sequence become its vector. */
public enum Pooling {
  /** The mean of all. */
  MEAN,
  /** That of the first token: {@code [CLS]} of a BERT. */
  FIRST,
  /** That of the last token, which alone has seen all of a sequence in a decoder. */
  LAST;

  /**
   * The vector of a sequence.
   *
   * @param hidden [… × C]
   * @param row of the sequence's first token
   * @param length tokens of the sequence
   * @param width C
   */
  float[] pool(float[] hidden, int row, int length, int width) {
    int first = this == LAST ? length - 1 : 0;
    int end = this == FIRST ? 1 : length;
    double[] sums = new double[width];
    for (int t = first; t < end; t++) {
      int start = (row + t) * width;
      for (int i = 0; i < width; i++) {
        sums[i] += hidden[start + i];
      }
    }
    float[] vector = new float[width];
    for (int i = 0; i < width; i++) {
      vector[i] = (float) (sums[i] / (end - first));
    }
    return vector;
  }
}
