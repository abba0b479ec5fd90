package dev.kindling.data.clean;

import java.util.Locale;

/**
 * Rejects documents whose language is not sure enough.
 *
 * @param threshold the least score, from 0 to 1
 */
record LanguageScoreRule(double threshold) implements ThresholdRule {
  static final String NAME = "unsure-language";

  private static final long serialVersionUID = 1L;

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public boolean rejects(Measures measures) {
    return measures.languageScore() < threshold;
  }

  @Override
  public String reason(Measures measures) {
    return String.format(
        Locale.ROOT,
        "%s with a score of %.3f, at least %s is asked for",
        measures.language(),
        measures.languageScore(),
        threshold);
  }

  @Override
  public ThresholdRule withThreshold(double other) {
    return new LanguageScoreRule(other);
  }

  @Override
  public String condition() {
    return "language_score < " + threshold;
  }
}
