package dev.kindling.data.clean;

import java.util.List;

/**
 * Rejects documents of other languages.
 *
 * @param languages ISO 639-1 codes to keep
 */
record LanguageRule(List<String> languages) implements CleanRule {
  static final String NAME = "wrong-language";

  private static final long serialVersionUID = 1L;

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public boolean rejects(Measures measures) {
    return !languages.contains(measures.language());
  }

  @Override
  public String reason(Measures measures) {
    return measures.language() + ", where " + languages + " are asked for";
  }
}
