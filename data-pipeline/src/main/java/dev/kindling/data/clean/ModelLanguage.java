package dev.kindling.data.clean;

import dev.kindling.data.Document;
import dev.kindling.data.signal.LanguageDetector;

/** Asks {@link LanguageDetector} where the source does not say the language. */
record ModelLanguage() implements DocumentRewriter {
  private static final long serialVersionUID = 1L;

  @Override
  public Document apply(Document document) {
    if (!document.language().equals(LanguageDetector.UNKNOWN)) {
      return document;
    }
    String language = LanguageDetector.detect(document.text()).language();
    return new Document(document.id(), document.text(), document.source(), language);
  }
}
