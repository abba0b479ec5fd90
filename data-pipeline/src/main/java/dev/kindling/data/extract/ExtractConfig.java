package dev.kindling.data.extract;

import dev.kindling.data.InvalidInputException;
import dev.kindling.data.signal.LanguageDetector;
import java.io.Serializable;
import java.util.List;

/**
 * What is done to the text of a record before it is judged.
 *
 * @param repairMojibake whether UTF-8 that was read as windows-1252 is repaired ({@link Mojibake})
 * @param languageIdentification {@code script}: the language that most of a script's text is in;
 *     {@code model}: the likeliest by a character n-gram model ({@link LanguageDetector})
 * @param lines {@code all} stay; {@code c4}: those that C4's line rules keep; {@code fineweb}: the
 *     same without the rule on terminal punctuation
 * @param maskPersonalData whether addresses, card and telephone numbers are replaced
 */
public record ExtractConfig(
    boolean repairMojibake, String languageIdentification, String lines, boolean maskPersonalData)
    implements Serializable {
  /** {@link #languageIdentification} by the script alone. */
  public static final String BY_SCRIPT = "script";

  /** {@link #languageIdentification} by {@link LanguageDetector}. */
  public static final String BY_MODEL = "model";

  /** All {@link #lines} stay. */
  public static final String ALL_LINES = "all";

  /** {@link #lines} by C4's rules. */
  public static final String C4_LINES = "c4";

  /** {@link #lines} by C4's rules as FineWeb applied them. */
  public static final String FINEWEB_LINES = "fineweb";

  private static final long serialVersionUID = 1L;

  /**
   * @throws InvalidInputException if a value is none of those it can be
   */
  public ExtractConfig {
    requireOneOf("languageIdentification", languageIdentification, List.of(BY_SCRIPT, BY_MODEL));
    requireOneOf("lines", lines, List.of(ALL_LINES, C4_LINES, FINEWEB_LINES));
  }

  private static void requireOneOf(String name, String value, List<String> possible) {
    if (!possible.contains(value)) {
      throw new InvalidInputException(
          "extract." + name + " is '" + value + "'",
          String.join(" or ", possible),
          "change extract." + name);
    }
  }
}
