package dev.kindling.data.signal;

import java.util.Locale;

/**
 * The quality signals of a text, in catalogue order. The definitions follow the filters of
 * datatrove, with which FineWeb was made (Penedo et al. 2024), after Gopher (Rae et al. 2021, table
 * A1) and C4 (Raffel et al. 2020).
 *
 * <p>Characters are Unicode code points, {@code |text|} is their number, and words are those of
 * {@link Words}, punctuation included. <em>Lines</em> are those of Python's {@code splitlines}, so
 * a last line break opens no further line. A fraction of nothing is 0.
 */
public enum Signal {
  /** {@code |text|}. */
  CHARACTERS(Type.INTEGER, "Unicode code points"),
  /** Bytes of the text in UTF-8. */
  UTF8_BYTES(Type.INTEGER, "bytes in UTF-8"),
  /** Words, punctuation included. */
  WORDS(Type.INTEGER, "words, punctuation included"),
  /** Lines. */
  LINES(Type.INTEGER, "lines"),
  /** Lines between line feeds that hold more than whitespace, as FineWeb's filter counts them. */
  NON_BLANK_LINES(Type.INTEGER, "lines with more than whitespace"),
  /** Parts of the text without whitespace at its ends, split at two or more line feeds. */
  PARAGRAPHS(Type.INTEGER, "parts between blank lines"),
  /** Decimal digits of any script / {@code |text|}. */
  DIGIT_FRACTION(Type.REAL, "digits per character"),
  /** Upper-case and title-case letters / {@code |text|}. */
  UPPERCASE_FRACTION(Type.REAL, "upper-case letters per character"),
  /** Whitespace characters / {@code |text|}. */
  WHITESPACE_FRACTION(Type.REAL, "whitespace per character"),
  /** Characters that are neither letters nor digits nor whitespace / {@code |text|}. */
  NON_ALPHANUMERIC_FRACTION(Type.REAL, "neither letter, digit nor whitespace, per character"),
  /** Han, kana, bopomofo and Hangul characters / characters that are not whitespace. */
  CJK_FRACTION(Type.REAL, "Chinese, Japanese and Korean characters of the visible ones"),
  /** Han characters / characters that are not whitespace. */
  HAN_FRACTION(Type.REAL, "Han characters of the visible ones"),
  /** Different words / words, with case. */
  UNIQUE_WORD_FRACTION(Type.REAL, "different words per word"),

  /** Gopher: paragraphs that stood before / paragraphs. A first occurrence is no duplicate. */
  DUP_PARAGRAPH_FRACTION(Type.REAL, "paragraphs that stood before"),
  /** Gopher: characters of paragraphs that stood before / {@code |text|}. */
  DUP_PARAGRAPH_CHAR_FRACTION(Type.REAL, "characters in paragraphs that stood before"),
  /**
   * Gopher: lines that stood before / lines, where lines are the parts between runs of line feeds,
   * with the empty part before a leading and after a trailing run.
   */
  DUP_LINE_FRACTION(Type.REAL, "lines that stood before"),
  /** Gopher: characters of lines that stood before / {@code |text|}, lines as above. */
  DUP_LINE_CHAR_FRACTION(Type.REAL, "characters in lines that stood before"),
  /**
   * Gopher: length × count of the most frequent sequence of 2 words, joined by spaces / {@code
   * |text|}. Among equally frequent ones the first of the text counts, even where each is single.
   */
  TOP_2_GRAM_CHAR_FRACTION(Type.REAL, "characters in the most frequent 2 words"),
  /** As above, of 3 words. */
  TOP_3_GRAM_CHAR_FRACTION(Type.REAL, "characters in the most frequent 3 words"),
  /** As above, of 4 words. */
  TOP_4_GRAM_CHAR_FRACTION(Type.REAL, "characters in the most frequent 4 words"),
  /**
   * Gopher: characters of sequences of 5 words, written without spaces, that stood before / {@code
   * |text|}. The scan goes on behind a duplicate, and by one word otherwise.
   */
  DUP_5_GRAM_CHAR_FRACTION(Type.REAL, "characters in repeated sequences of 5 words"),
  /** As above, of 6 words. */
  DUP_6_GRAM_CHAR_FRACTION(Type.REAL, "characters in repeated sequences of 6 words"),
  /** As above, of 7 words. */
  DUP_7_GRAM_CHAR_FRACTION(Type.REAL, "characters in repeated sequences of 7 words"),
  /** As above, of 8 words. */
  DUP_8_GRAM_CHAR_FRACTION(Type.REAL, "characters in repeated sequences of 8 words"),
  /** As above, of 9 words. */
  DUP_9_GRAM_CHAR_FRACTION(Type.REAL, "characters in repeated sequences of 9 words"),
  /** As above, of 10 words. */
  DUP_10_GRAM_CHAR_FRACTION(Type.REAL, "characters in repeated sequences of 10 words"),
  /**
   * As Gopher's duplicates, of 10 visible characters instead of words: characters of repeated
   * sequences / visible characters. For scripts without spaces.
   */
  DUP_10_CHARACTERS_FRACTION(Type.REAL, "characters in repeated sequences of 10 characters"),

  /** Gopher: words with at least one character that is no punctuation. */
  NON_SYMBOL_WORDS(Type.INTEGER, "words that are more than punctuation"),
  /** Gopher: mean characters of {@link #NON_SYMBOL_WORDS}. */
  MEAN_WORD_LENGTH(Type.REAL, "mean characters of words that are more than punctuation"),
  /** Gopher: number of {@code #} / {@link #WORDS}. */
  HASHES_PER_WORD(Type.REAL, "hash signs per word"),
  /** Gopher: number of {@code ...} (none overlapping) and of {@code …} / {@link #WORDS}. */
  ELLIPSES_PER_WORD(Type.REAL, "ellipses per word"),
  /** Gopher: lines whose first visible character is {@code •} or {@code -} / lines. */
  BULLET_LINE_FRACTION(Type.REAL, "lines that start with a bullet"),
  /** Gopher: lines whose visible part ends in {@code ...} or {@code …} / lines. */
  ELLIPSIS_LINE_FRACTION(Type.REAL, "lines that end in an ellipsis"),
  /** Gopher: words with at least one letter / {@link #WORDS}. */
  ALPHABETIC_WORD_FRACTION(Type.REAL, "words with a letter"),
  /** Gopher: how many of {the, be, to, of, and, that, have, with} are words of the text. */
  STOP_WORDS(Type.INTEGER, "different English stop words, of eight"),

  /** C4: lines with a whitespace-separated token of more than 1000 characters. */
  C4_LONG_WORD_LINES(Type.INTEGER, "lines that C4 drops for a word over 1000 characters"),
  /** C4: further lines that do not end in one of {@code . ? ! " '}, or end in {@code ...}. */
  C4_UNPUNCTUATED_LINES(Type.INTEGER, "lines that C4 drops for their end"),
  /** C4: further lines of fewer than 3 whitespace-separated tokens. */
  C4_SHORT_LINES(Type.INTEGER, "lines that C4 drops for fewer than 3 words"),
  /** C4: further lines with {@code javascript} in any case. */
  C4_JAVASCRIPT_LINES(Type.INTEGER, "lines that C4 drops for javascript"),
  /** C4: further lines with a phrase of cookie notices and terms of use ({@link C4Lines}). */
  C4_POLICY_LINES(Type.INTEGER, "lines that C4 drops for a policy phrase"),
  /** C4: lines that are left. */
  C4_KEPT_LINES(Type.INTEGER, "lines that C4 keeps"),
  /** C4: sentences of the lines that are left ({@link Sentences}). */
  C4_SENTENCES(Type.INTEGER, "sentences of the lines that C4 keeps"),
  /** C4: 1 where the first line that condemns its document does so by {@code lorem ipsum}. */
  C4_LOREM_IPSUM(Type.INTEGER, "1 where C4 drops the document for lorem ipsum"),
  /** C4: 1 where the first line that condemns its document does so by an opening brace. */
  C4_CURLY_BRACKET(Type.INTEGER, "1 where C4 drops the document for a curly bracket"),

  /**
   * FineWeb: non-blank lines whose last character ends sentences in any script (Unicode's
   * Sentence_Terminal) / {@link #NON_BLANK_LINES}.
   */
  TERMINAL_LINE_FRACTION(Type.REAL, "non-blank lines that end in terminal punctuation"),
  /** FineWeb: non-blank lines of at most 30 characters / {@link #NON_BLANK_LINES}. */
  SHORT_LINE_FRACTION(Type.REAL, "non-blank lines of at most 30 characters"),
  /** FineWeb: characters of non-blank lines that stood before / characters but line feeds. */
  DUP_NON_BLANK_LINE_CHAR_FRACTION(Type.REAL, "characters in non-blank lines that stood before"),
  /** FineWeb: line feeds / {@link #WORDS}. */
  NEWLINES_PER_WORD(Type.REAL, "line feeds per word"),

  /**
   * Non-blank lines whose visible part ends in one of {@code 。！？…；} and closing quotes or brackets
   * behind it, if any / {@link #NON_BLANK_LINES}.
   */
  CHINESE_TERMINAL_LINE_FRACTION(Type.REAL, "non-blank lines that end as Chinese sentences do"),
  /** Non-blank lines of at most 10 characters / {@link #NON_BLANK_LINES}. */
  CHINESE_SHORT_LINE_FRACTION(Type.REAL, "non-blank lines of at most 10 characters");

  /** What values a signal has. */
  public enum Type {
    /** Counts. */
    INTEGER,
    /** Means and ratios. */
    REAL
  }

  private final Type type;
  private final String description;

  Signal(Type type, String description) {
    this.type = type;
    this.description = description;
  }

  /** The name in snake_case, as in columns and filter rules. */
  public String signalName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Whether the values are counts. */
  public Type type() {
    return type;
  }

  /** One line for people. */
  public String description() {
    return description;
  }
}
