package dev.kindling.spark.sweep;

/** Hears, on the driver and in order, how a sweep goes on. */
public interface SweepListener {
  /**
   * A run begins, or goes on.
   *
   * @param place where it stands among the runs that are asked for, from 1
   * @param settings what tells it from the others
   */
  void runStarted(int place, String settings);

  /**
   * A run is finished.
   *
   * @param place as above
   * @param row what it came to
   * @param before whether it had been finished by an earlier call
   * @param secondsLeft for the other runs, as they have FLOPs; not a number before the first one
   */
  void runFinished(int place, SweepRun row, boolean before, double secondsLeft);

  /**
   * A run has failed; the others go on.
   *
   * @param place as above
   * @param settings what tells it from the others
   * @param reason in one line
   */
  void runFailed(int place, String settings, String reason);
}
