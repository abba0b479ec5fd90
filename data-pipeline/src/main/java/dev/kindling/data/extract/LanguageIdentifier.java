package dev.kindling.data.extract;

import dev.kindling.data.signal.LanguageDetector.Detection;
import java.io.Serializable;

/** Says which language a text is in. Implementations are immutable and travel to executors. */
@FunctionalInterface
interface LanguageIdentifier extends Serializable {
  /** The language, and how sure that is, from 0 to 1. */
  Detection identify(String text);
}
