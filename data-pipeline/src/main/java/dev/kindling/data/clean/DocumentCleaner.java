package dev.kindling.data.clean;

import dev.kindling.data.Document;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * What happens to one document, in this order:
 *
 * <ol>
 *   <li>HTML becomes its main text ({@link HtmlText});
 *   <li>text is normalised ({@link TextNormalizer});
 *   <li>a missing language is guessed ({@link ScriptLanguage} or {@link ModelLanguage});
 *   <li>e-mail and public IP addresses, card and telephone numbers are masked ({@link
 *       PersonalData});
 *   <li>the filters judge it: {@code too-short}, {@code too-long}, {@code wrong-language}, {@code
 *       gibberish} (unless that is turned off), and the rules of published filters that are asked
 *       for ({@link SignalFilter}). The first that rejects wins.
 * </ol>
 *
 * Exact duplicates are found after that, among what is kept (see {@code data.dedup}).
 */
public final class DocumentCleaner implements Serializable {
  private static final long serialVersionUID = 1L;

  /**
   * A document after all steps.
   *
   * @param characters code points of its text
   * @param masked what was masked in it
   */
  public record Cleaned(
      Document document, int characters, PersonalData.Masked masked, FilterDecision decision) {}

  private final HtmlText htmlText = new HtmlText();
  private final TextNormalizer normalizer = new TextNormalizer();
  private final DocumentRewriter language;
  private final boolean maskPersonalData;
  private final List<DocumentFilter> filters;

  /** The cleaner of a configuration. */
  public DocumentCleaner(CleanConfig config) {
    this.maskPersonalData = config.maskPersonalData();
    this.language =
        config.languageIdentification().equals(CleanConfig.BY_MODEL)
            ? new ModelLanguage()
            : new ScriptLanguage();
    this.filters = filters(config);
  }

  private static List<DocumentFilter> filters(CleanConfig config) {
    List<DocumentFilter> filters = new ArrayList<>();
    filters.add(new LengthFilter(config.minCharacters(), config.maxCharacters()));
    filters.add(new LanguageFilter(config.languages()));
    if (config.rejectGibberish()) {
      filters.add(new GibberishFilter());
    }
    if (!config.filters().isEmpty()) {
      filters.add(new SignalFilter(config.plan()));
    }
    return List.copyOf(filters);
  }

  /**
   * Takes one document through all steps.
   *
   * @param html whether its text is markup
   */
  public Cleaned clean(Document raw, boolean html) {
    Document text = html ? htmlText.apply(raw) : raw;
    Document known = language.apply(normalizer.apply(text));
    PersonalData.Masked masked =
        maskPersonalData
            ? PersonalData.mask(known.text())
            : new PersonalData.Masked(known.text(), 0, 0);
    Document document = new Document(known.id(), masked.text(), known.source(), known.language());
    return new Cleaned(
        document, masked.text().codePointCount(0, masked.text().length()), masked, judge(document));
  }

  private FilterDecision judge(Document document) {
    for (DocumentFilter filter : filters) {
      FilterDecision decision = filter.test(document);
      if (decision instanceof FilterDecision.Reject) {
        return decision;
      }
    }
    return FilterDecision.keep();
  }
}
