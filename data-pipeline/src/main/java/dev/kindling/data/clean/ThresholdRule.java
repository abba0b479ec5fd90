package dev.kindling.data.clean;

/** A rule that holds one number against a limit, so that other limits can be compared with it. */
interface ThresholdRule extends CleanRule {
  /** The limit. */
  double threshold();

  /** The same rule with another limit. */
  ThresholdRule withThreshold(double other);

  /** What is rejected, for a person, such as {@code characters < 50}. */
  String condition();
}
