package dev.kindling.model.predict;

/** A model that makes a vector of every token of a sequence. Not thread-safe. */
public interface SequenceEncoder extends TokenModel {
  /** The elements of a vector. */
  int width();

  /**
   * What the model makes of some sequences, before any head.
   *
   * @param tokens [B × T], each sequence with padding behind it
   * @param lengths [B]: tokens of each sequence, 1 or more
   * @return [B × T × {@link #width}]; without a meaning in the padding
   * @throws IllegalArgumentException if sizes or ids do not fit the model
   */
  float[] hiddenStates(int[] tokens, int[] lengths);
}
