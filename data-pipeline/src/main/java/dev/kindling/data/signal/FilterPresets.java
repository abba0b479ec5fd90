package dev.kindling.data.signal;

import static dev.kindling.data.signal.Comparison.GREATER;
import static dev.kindling.data.signal.Comparison.LESS;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Published filters as data: rules, order, reasons and thresholds as in datatrove.
 *
 * <p>The preset {@code chinese} carries them over to Chinese, where words are short, spaces are
 * absent and sentences end in other signs:
 *
 * <ul>
 *   <li>length: a Chinese word has about 1.6 characters, so that Gopher's 50 and 100,000 words are
 *       80 and 160,000 characters;
 *   <li>at least half of the visible characters are Han: prose has 80 to 90 %, the rest being
 *       punctuation and figures, and pages of menus in Latin script or of code have few;
 *   <li>words as segmented by ICU of at most 4 characters in the mean: what is longer is a run of
 *       Latin words, numbers or addresses;
 *   <li>paragraphs and lines repeat as in Gopher, since those shares are of characters;
 *   <li>repeated sequences of 10 visible characters make up at most 14 %: they are about 6 words,
 *       for which Gopher has 0.14, and they do not hang on how the words were segmented. Sequences
 *       of 5 to 10 words are held to Gopher's limits. Its most frequent sequences of 2 to 4 words
 *       are left out: they are counted with spaces, which make up a third of Chinese ones;
 *   <li>bullets and ellipses at line ends as in Gopher, stop words not, as they are English;
 *   <li>lines end in terminal punctuation of Chinese in at least 12 %, FineWeb's share; lines of at
 *       most 10 characters, about as many words as in its 30, are at most 67 %; and duplicate lines
 *       and line feeds per word as there.
 * </ul>
 */
final class FilterPresets {
  /** The rules by preset. */
  static final Map<String, List<FilterRule>> PRESETS = presets();

  private FilterPresets() {}

  private static Map<String, List<FilterRule>> presets() {
    Map<String, List<FilterRule>> presets = new LinkedHashMap<>();
    presets.put("gopher-repetition", gopherRepetition());
    presets.put("gopher-quality", gopherQuality());
    presets.put("c4", c4());
    presets.put("fineweb-quality", fineWebQuality());
    presets.put("chinese", chinese());
    return Collections.unmodifiableMap(presets);
  }

  private static List<FilterRule> gopherRepetition() {
    return List.of(
        above("dup_para_frac", Signal.DUP_PARAGRAPH_FRACTION, 0.30),
        above("dup_para_char_frac", Signal.DUP_PARAGRAPH_CHAR_FRACTION, 0.20),
        above("dup_line_frac", Signal.DUP_LINE_FRACTION, 0.30),
        above("dup_line_char_frac", Signal.DUP_LINE_CHAR_FRACTION, 0.20),
        above("top_2_gram", Signal.TOP_2_GRAM_CHAR_FRACTION, 0.20),
        above("top_3_gram", Signal.TOP_3_GRAM_CHAR_FRACTION, 0.18),
        above("top_4_gram", Signal.TOP_4_GRAM_CHAR_FRACTION, 0.16),
        above("duplicated_5_n_grams", Signal.DUP_5_GRAM_CHAR_FRACTION, 0.15),
        above("duplicated_6_n_grams", Signal.DUP_6_GRAM_CHAR_FRACTION, 0.14),
        above("duplicated_7_n_grams", Signal.DUP_7_GRAM_CHAR_FRACTION, 0.13),
        above("duplicated_8_n_grams", Signal.DUP_8_GRAM_CHAR_FRACTION, 0.12),
        above("duplicated_9_n_grams", Signal.DUP_9_GRAM_CHAR_FRACTION, 0.11),
        above("duplicated_10_n_grams", Signal.DUP_10_GRAM_CHAR_FRACTION, 0.10));
  }

  private static List<FilterRule> gopherQuality() {
    return List.of(
        below("gopher_short_doc", Signal.NON_SYMBOL_WORDS, 50),
        above("gopher_long_doc", Signal.NON_SYMBOL_WORDS, 100_000),
        below("gopher_below_avg_threshold", Signal.MEAN_WORD_LENGTH, 3),
        above("gopher_above_avg_threshold", Signal.MEAN_WORD_LENGTH, 10),
        above("gopher_too_many_hashes", Signal.HASHES_PER_WORD, 0.1),
        above("gopher_too_many_ellipsis", Signal.ELLIPSES_PER_WORD, 0.1),
        above("gopher_too_many_bullets", Signal.BULLET_LINE_FRACTION, 0.9),
        above("gopher_too_many_end_ellipsis", Signal.ELLIPSIS_LINE_FRACTION, 0.3),
        below("gopher_below_alpha_threshold", Signal.ALPHABETIC_WORD_FRACTION, 0.8),
        below("gopher_enough_stop_words", Signal.STOP_WORDS, 2));
  }

  private static List<FilterRule> c4() {
    return List.of(
        above("lorem_ipsum", Signal.C4_LOREM_IPSUM, 0),
        above("curly_bracket", Signal.C4_CURLY_BRACKET, 0),
        below("too_few_sentences", Signal.C4_SENTENCES, 5));
  }

  private static List<FilterRule> fineWebQuality() {
    return List.of(
        below("empty", Signal.NON_BLANK_LINES, 1),
        below("line_punct_ratio", Signal.TERMINAL_LINE_FRACTION, 0.12),
        above("short_line_ratio", Signal.SHORT_LINE_FRACTION, 0.67),
        above("char_dup_ratio", Signal.DUP_NON_BLANK_LINE_CHAR_FRACTION, 0.01),
        above("list_ratio", Signal.NEWLINES_PER_WORD, 0.3));
  }

  private static List<FilterRule> chinese() {
    return List.of(
        below("chinese_short_doc", Signal.CHARACTERS, 80),
        above("chinese_long_doc", Signal.CHARACTERS, 160_000),
        below("chinese_han_fraction", Signal.HAN_FRACTION, 0.5),
        above("chinese_long_words", Signal.MEAN_WORD_LENGTH, 4),
        above("chinese_dup_para_frac", Signal.DUP_PARAGRAPH_FRACTION, 0.30),
        above("chinese_dup_para_char_frac", Signal.DUP_PARAGRAPH_CHAR_FRACTION, 0.20),
        above("chinese_dup_line_frac", Signal.DUP_LINE_FRACTION, 0.30),
        above("chinese_dup_line_char_frac", Signal.DUP_LINE_CHAR_FRACTION, 0.20),
        above("chinese_dup_10_characters", Signal.DUP_10_CHARACTERS_FRACTION, 0.14),
        above("chinese_dup_5_words", Signal.DUP_5_GRAM_CHAR_FRACTION, 0.15),
        above("chinese_dup_6_words", Signal.DUP_6_GRAM_CHAR_FRACTION, 0.14),
        above("chinese_dup_7_words", Signal.DUP_7_GRAM_CHAR_FRACTION, 0.13),
        above("chinese_dup_8_words", Signal.DUP_8_GRAM_CHAR_FRACTION, 0.12),
        above("chinese_dup_9_words", Signal.DUP_9_GRAM_CHAR_FRACTION, 0.11),
        above("chinese_dup_10_words", Signal.DUP_10_GRAM_CHAR_FRACTION, 0.10),
        above("chinese_bullets", Signal.BULLET_LINE_FRACTION, 0.9),
        above("chinese_end_ellipsis", Signal.ELLIPSIS_LINE_FRACTION, 0.3),
        below("chinese_line_punct", Signal.CHINESE_TERMINAL_LINE_FRACTION, 0.12),
        above("chinese_short_lines", Signal.CHINESE_SHORT_LINE_FRACTION, 0.67),
        above("chinese_char_dup", Signal.DUP_NON_BLANK_LINE_CHAR_FRACTION, 0.01),
        above("chinese_list", Signal.NEWLINES_PER_WORD, 0.3));
  }

  private static FilterRule above(String name, Signal signal, double threshold) {
    return new FilterRule(name, signal, GREATER, threshold);
  }

  private static FilterRule below(String name, Signal signal, double threshold) {
    return new FilterRule(name, signal, LESS, threshold);
  }
}
