package dev.kindling.data.clean;

import dev.kindling.data.InvalidInputException;
import java.io.Serializable;
import java.util.List;

/**
 * The thresholds of cleaning. Characters are Unicode code points.
 *
 * @param minCharacters a shorter text is rejected
 * @param maxCharacters a longer text is rejected
 * @param languages the languages to keep; empty keeps all
 * @param maskPersonalData whether addresses, card and telephone numbers are replaced
 * @param deduplicate whether exact duplicates are rejected
 * @param rejectGibberish whether text in form only is rejected ({@link GibberishFilter})
 * @param maxQuarantinedFraction the job fails above this fraction of unreadable records
 */
public record CleanConfig(
    int minCharacters,
    int maxCharacters,
    List<String> languages,
    boolean maskPersonalData,
    boolean deduplicate,
    boolean rejectGibberish,
    double maxQuarantinedFraction)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /**
   * @throws InvalidInputException if a value is out of range
   */
  public CleanConfig {
    languages = languages == null ? List.of() : List.copyOf(languages);
    if (minCharacters < 0) {
      throw new InvalidInputException(
          "clean.minCharacters is " + minCharacters, "0 or more", "choose another value");
    }
    if (maxCharacters < Math.max(1, minCharacters)) {
      throw new InvalidInputException(
          "clean.maxCharacters is " + maxCharacters,
          "1 or more, and at least clean.minCharacters, which is " + minCharacters,
          "choose other values");
    }
    if (!(maxQuarantinedFraction >= 0 && maxQuarantinedFraction <= 1)) {
      throw new InvalidInputException(
          "clean.maxQuarantinedFraction is " + maxQuarantinedFraction,
          "0 to 1",
          "choose another value");
    }
  }
}
