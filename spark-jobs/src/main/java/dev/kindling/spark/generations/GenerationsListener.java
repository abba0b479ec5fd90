package dev.kindling.spark.generations;

/** Is told what becomes of every model. */
public interface GenerationsListener {
  /**
   * A model is next.
   *
   * @param place from 1
   */
  void modelStarted(int place, PlannedModel model);

  /**
   * A model is there.
   *
   * @param before whether it was before this call
   */
  void modelFinished(int place, ModelRow row, boolean before);

  /** A model was given up; the next one follows. */
  void modelFailed(int place, FailedModel failed);
}
