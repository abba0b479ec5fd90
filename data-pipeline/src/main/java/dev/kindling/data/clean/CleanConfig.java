package dev.kindling.data.clean;

import dev.kindling.data.InvalidInputException;
import dev.kindling.data.signal.FilterPlan;
import dev.kindling.data.signal.LanguageDetector;
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
 * @param filters published filters ({@link FilterPlan#preset}), in the order in which they judge
 * @param thresholds other thresholds for rules of these filters, such as {@code
 *     gopher_short_doc=30}
 * @param languageIdentification {@code script}: the language that most of a script's text is in;
 *     {@code model}: the likeliest by a character n-gram model ({@link LanguageDetector})
 * @param maxQuarantinedFraction the job fails above this fraction of unreadable records
 */
public record CleanConfig(
    int minCharacters,
    int maxCharacters,
    List<String> languages,
    boolean maskPersonalData,
    boolean deduplicate,
    boolean rejectGibberish,
    List<String> filters,
    List<String> thresholds,
    String languageIdentification,
    double maxQuarantinedFraction)
    implements Serializable {
  /** {@link #languageIdentification} by the script alone. */
  public static final String BY_SCRIPT = "script";

  /** {@link #languageIdentification} by {@link LanguageDetector}. */
  public static final String BY_MODEL = "model";

  private static final long serialVersionUID = 2L;

  /**
   * @throws InvalidInputException if a value is out of range
   */
  public CleanConfig {
    languages = languages == null ? List.of() : List.copyOf(languages);
    filters = filters == null ? List.of() : List.copyOf(filters);
    thresholds = thresholds == null ? List.of() : List.copyOf(thresholds);
    if (!languageIdentification.equals(BY_SCRIPT) && !languageIdentification.equals(BY_MODEL)) {
      throw new InvalidInputException(
          "clean.languageIdentification is '" + languageIdentification + "'",
          BY_SCRIPT + " or " + BY_MODEL,
          "change clean.languageIdentification");
    }
    plan(filters, thresholds);
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

  /** The rules of all filters, in order, with their thresholds. */
  FilterPlan plan() {
    return plan(filters, thresholds);
  }

  private static FilterPlan plan(List<String> filters, List<String> thresholds) {
    FilterPlan plan = new FilterPlan(List.of());
    for (String filter : filters) {
      plan = plan.then(FilterPlan.preset(filter));
    }
    for (String threshold : thresholds) {
      int equals = threshold.indexOf('=');
      try {
        plan =
            plan.withThreshold(
                threshold.substring(0, equals).strip(),
                Double.parseDouble(threshold.substring(equals + 1)));
      } catch (IndexOutOfBoundsException | NumberFormatException e) {
        throw new InvalidInputException(
            "clean.thresholds has '" + threshold + "'",
            "the name of a rule and a number, such as gopher_short_doc=30",
            "correct it",
            e);
      }
    }
    return plan;
  }
}
