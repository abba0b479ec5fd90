package dev.kindling.spark.score.plan;

/** One row cannot be scored; the others can. */
public final class UnscorableException extends Exception {
  private static final long serialVersionUID = 1L;

  /**
   * @param label the kind of reason, such as {@code no-text}, by which rows are counted
   * @param detail what is the matter with this row
   */
  public UnscorableException(String label, String detail) {
    super(label + ": " + detail);
  }
}
