package dev.kindling.data.clean;

import dev.kindling.data.Document;
import java.util.List;

/**
 * Rejects documents of other languages.
 *
 * @param languages ISO 639-1 codes to keep; empty keeps all
 */
record LanguageFilter(List<String> languages) implements DocumentFilter {
  static final String RULE = "wrong-language";

  private static final long serialVersionUID = 1L;

  @Override
  public FilterDecision test(Document document) {
    if (languages.isEmpty() || languages.contains(document.language())) {
      return FilterDecision.keep();
    }
    return FilterDecision.reject(
        RULE, document.language() + ", where " + languages + " are asked for");
  }
}
