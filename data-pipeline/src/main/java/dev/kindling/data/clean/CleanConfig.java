package dev.kindling.data.clean;

import dev.kindling.data.InvalidInputException;
import dev.kindling.data.signal.FilterPlan;
import dev.kindling.data.signal.FilterRule;
import java.io.Serializable;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which documents are kept: thresholds over what was measured of their texts. Characters are
 * Unicode code points.
 *
 * @param minCharacters a shorter text is rejected
 * @param maxCharacters a longer text is rejected
 * @param languages the languages to keep; empty keeps all
 * @param minLanguageScore a document whose language is less sure is rejected
 * @param blockedUrls files with domains and addresses ({@link UrlBlocklist})
 * @param rejectGibberish whether text in form only is rejected ({@link Gibberish})
 * @param filters published filters ({@link FilterPlan#preset}), in the order in which they judge,
 *     each with the languages that it judges, such as {@code gopher-quality@en} or {@code
 *     chinese@zh+ja}; without them it judges all
 * @param thresholds other thresholds for rules of these filters, such as {@code
 *     gopher_short_doc=30}
 * @param rules further rules over signals, each what it rejects, such as {@code digit_fraction >
 *     0.2} or {@code words < 20 @en}
 * @param deduplicateUrls whether of documents with the same address the newest is kept alone
 * @param deduplicate whether exact duplicates are rejected
 */
public record CleanConfig(
    int minCharacters,
    int maxCharacters,
    List<String> languages,
    double minLanguageScore,
    List<String> blockedUrls,
    boolean rejectGibberish,
    List<String> filters,
    List<String> thresholds,
    List<String> rules,
    boolean deduplicateUrls,
    boolean deduplicate)
    implements Serializable {
  private static final long serialVersionUID = 3L;

  /**
   * @throws InvalidInputException if a value is out of range
   */
  public CleanConfig {
    languages = languages == null ? List.of() : List.copyOf(languages);
    blockedUrls = blockedUrls == null ? List.of() : List.copyOf(blockedUrls);
    filters = filters == null ? List.of() : List.copyOf(filters);
    thresholds = thresholds == null ? List.of() : List.copyOf(thresholds);
    rules = rules == null ? List.of() : List.copyOf(rules);
    signalRules(filters, thresholds, rules);
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
    if (!(minLanguageScore >= 0 && minLanguageScore <= 1)) {
      throw new InvalidInputException(
          "clean.minLanguageScore is " + minLanguageScore, "0 to 1", "choose another value");
    }
  }

  /** The same but for the languages that are kept, as ISO 639-1 codes. */
  public CleanConfig withLanguages(List<String> others) {
    return new CleanConfig(
        minCharacters,
        maxCharacters,
        others,
        minLanguageScore,
        blockedUrls,
        rejectGibberish,
        filters,
        thresholds,
        rules,
        deduplicateUrls,
        deduplicate);
  }

  /** The rules of all filters and then further ones, with their thresholds and languages. */
  List<SignalRule> signalRules() {
    return signalRules(filters, thresholds, rules);
  }

  private static List<SignalRule> signalRules(
      List<String> filters, List<String> thresholds, List<String> rules) {
    FilterPlan plan = new FilterPlan(List.of());
    Map<String, List<String>> languagesByRule = new HashMap<>();
    for (String filter : filters) {
      FilterPlan preset = FilterPlan.preset(withoutLanguages(filter));
      preset.rules().forEach(rule -> languagesByRule.put(rule.name(), languages(filter)));
      plan = plan.then(preset);
    }
    plan = withThresholds(plan, thresholds);
    for (String condition : rules) {
      FilterRule rule = FilterRule.where(withoutLanguages(condition));
      languagesByRule.put(rule.name(), languages(condition));
      plan = plan.then(new FilterPlan(List.of(rule)));
    }
    return plan.rules().stream()
        .map(rule -> new SignalRule(rule, languagesByRule.get(rule.name())))
        .toList();
  }

  private static String withoutLanguages(String scoped) {
    int at = scoped.indexOf('@');
    return (at < 0 ? scoped : scoped.substring(0, at)).strip();
  }

  /** Those behind an at sign, joined by plus signs; none where there is no at sign. */
  private static List<String> languages(String scoped) {
    int at = scoped.indexOf('@');
    return at < 0 ? List.of() : List.of(scoped.substring(at + 1).strip().split("\\+", -1));
  }

  private static FilterPlan withThresholds(FilterPlan plan, List<String> thresholds) {
    FilterPlan changed = plan;
    for (String threshold : thresholds) {
      int equals = threshold.indexOf('=');
      try {
        changed =
            changed.withThreshold(
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
    return changed;
  }
}
