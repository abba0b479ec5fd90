package dev.kindling.model.predict;

/** What gets logits as soon as they are computed. */
@FunctionalInterface
public interface LogitsListener {
  /**
   * Gets the logits of some rows.
   *
   * @param first which of the rows that were asked for is the first of them
   * @param logits [number of rows × V], not normalised
   */
  void accept(int first, float[] logits);
}
