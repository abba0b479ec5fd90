package dev.kindling.data.extract;

import dev.kindling.data.signal.C4Lines;
import dev.kindling.data.signal.LanguageDetector;
import dev.kindling.data.signal.LanguageDetector.Detection;
import java.io.Serializable;
import java.util.Optional;

/**
 * What is done to the text of one record, in this order:
 *
 * <ol>
 *   <li>HTML becomes its main text ({@link HtmlText});
 *   <li>UTF-8 that was read as another encoding is repaired, if asked for ({@link Mojibake});
 *   <li>the text is normalised ({@link TextNormalizer});
 *   <li>a missing language is identified ({@link ScriptLanguage} or {@link LanguageDetector});
 *   <li>lines that C4's rules drop are dropped, if asked for ({@link C4Lines});
 *   <li>e-mail and public IP addresses, card and telephone numbers are masked, if asked for ({@link
 *       PersonalData}).
 * </ol>
 */
public final class TextExtractor implements Serializable {
  private static final long serialVersionUID = 1L;

  /**
   * A text after all steps.
   *
   * @param languageScore how sure the language is, from 0 to 1, which is a language that the record
   *     brought
   * @param masked how much was masked in it
   * @param droppedLines what C4's line rules found before they dropped lines; empty where all stay
   */
  public record Extracted(
      String text,
      String language,
      double languageScore,
      PersonalData.Masked masked,
      Optional<C4Lines.Result> droppedLines) {}

  private final boolean repairMojibake;
  private final LanguageIdentifier languages;
  private final String lines;
  private final boolean maskPersonalData;

  /** The extractor of a configuration. */
  public TextExtractor(ExtractConfig config) {
    this.repairMojibake = config.repairMojibake();
    this.languages =
        config.languageIdentification().equals(ExtractConfig.BY_MODEL)
            ? LanguageDetector::detect
            : ScriptLanguage::detect;
    this.lines = config.lines();
    this.maskPersonalData = config.maskPersonalData();
  }

  /**
   * Takes one text through all steps.
   *
   * @param language as the record has it, {@link LanguageDetector#UNKNOWN} where it has none
   * @param html whether the text is markup
   */
  public Extracted extract(String raw, String language, boolean html) {
    String page = html ? HtmlText.of(raw) : raw;
    String text = TextNormalizer.normalize(repairMojibake ? Mojibake.repair(page) : page);
    Detection detected =
        language.equals(LanguageDetector.UNKNOWN)
            ? languages.identify(text)
            : new Detection(language, 1);
    Optional<C4Lines.Result> droppedLines = dropLines(text);
    String kept = droppedLines.map(C4Lines.Result::text).orElse(text);
    PersonalData.Masked masked =
        maskPersonalData ? PersonalData.mask(kept) : new PersonalData.Masked(kept, 0, 0);
    return new Extracted(
        masked.text(), detected.language(), detected.score(), masked, droppedLines);
  }

  private Optional<C4Lines.Result> dropLines(String text) {
    return lines.equals(ExtractConfig.ALL_LINES)
        ? Optional.empty()
        : Optional.of(C4Lines.apply(text, lines.equals(ExtractConfig.C4_LINES)));
  }
}
