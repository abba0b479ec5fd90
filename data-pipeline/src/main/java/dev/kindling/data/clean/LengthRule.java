package dev.kindling.data.clean;

/**
 * Rejects texts that are too short or too long.
 *
 * @param upper whether longer texts are rejected, and not shorter ones
 * @param threshold the limit in Unicode code points, which may be reached
 */
record LengthRule(boolean upper, double threshold) implements ThresholdRule {
  static final String TOO_SHORT = "too-short";
  static final String TOO_LONG = "too-long";

  private static final long serialVersionUID = 1L;

  @Override
  public String name() {
    return upper ? TOO_LONG : TOO_SHORT;
  }

  @Override
  public boolean rejects(Measures measures) {
    return upper ? measures.characters() > threshold : measures.characters() < threshold;
  }

  @Override
  public String reason(Measures measures) {
    return measures.characters()
        + " characters, "
        + (upper
            ? "at most " + (long) threshold + " are allowed"
            : "at least " + (long) threshold + " are asked for");
  }

  @Override
  public ThresholdRule withThreshold(double other) {
    return new LengthRule(upper, other);
  }

  @Override
  public String condition() {
    return "characters " + (upper ? "> " : "< ") + (long) threshold;
  }
}
