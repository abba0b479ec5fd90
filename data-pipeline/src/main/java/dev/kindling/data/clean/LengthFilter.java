package dev.kindling.data.clean;

import dev.kindling.data.Document;

/**
 * Rejects texts of fewer than {@code minCharacters} or more than {@code maxCharacters} code points.
 */
record LengthFilter(int minCharacters, int maxCharacters) implements DocumentFilter {
  static final String TOO_SHORT = "too-short";
  static final String TOO_LONG = "too-long";

  private static final long serialVersionUID = 1L;

  @Override
  public FilterDecision test(Document document) {
    int characters = document.text().codePointCount(0, document.text().length());
    if (characters < minCharacters) {
      return FilterDecision.reject(
          TOO_SHORT, characters + " characters, at least " + minCharacters + " are asked for");
    }
    if (characters > maxCharacters) {
      return FilterDecision.reject(
          TOO_LONG, characters + " characters, at most " + maxCharacters + " are allowed");
    }
    return FilterDecision.keep();
  }
}
