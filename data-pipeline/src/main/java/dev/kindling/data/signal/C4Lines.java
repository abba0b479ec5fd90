package dev.kindling.data.signal;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.regex.Pattern;

/**
 * The line rules of C4 (Raffel et al. 2020) in the order and with the constants of datatrove's
 * {@code C4QualityFilter}. A line without the whitespace around it is dropped when
 *
 * <ol>
 *   <li>one of its whitespace-separated tokens has more than 1000 characters;
 *   <li>it does not end in one of {@code . ? ! " '}, or ends in {@code ...} (FineWeb leaves this
 *       rule out), after citations such as {@code [12]} were taken out of it;
 *   <li>it has fewer than 3 tokens, citations included;
 *   <li>it names {@code javascript};
 *   <li>it has a phrase such as {@code privacy policy} or {@code use cookies}.
 * </ol>
 *
 * <p>{@code lorem ipsum} in a line that comes to rule 4 condemns the document, as does an opening
 * brace behind it; so do fewer than 5 sentences in the lines that are left. Where the published
 * filter stops at a line that condemns, the counts here go on to the end, so that rules can be
 * compared; the verdict is the same.
 */
public final class C4Lines {
  /** Why C4 drops a document, in the order of the published code. */
  public enum Verdict {
    /** A line had {@code lorem ipsum}. */
    LOREM_IPSUM("lorem_ipsum"),
    /** A line had an opening brace. */
    CURLY_BRACKET("curly_bracket"),
    /** Fewer than 5 sentences were left. */
    TOO_FEW_SENTENCES("too_few_sentences");

    private final String reason;

    Verdict(String reason) {
      this.reason = reason;
    }

    /** The reason as published. */
    public String reason() {
      return reason;
    }
  }

  /**
   * What is left of a text.
   *
   * @param text the lines that are left, joined by line feeds
   * @param verdict why the document is to be dropped; empty where it is to be kept
   */
  public record Result(
      String text,
      Optional<Verdict> verdict,
      int numLongWord,
      int numUnpunctuated,
      int numShort,
      int numJavascript,
      int numPolicy,
      int numKept,
      int numSentences) {}

  private static final int MAX_WORD_LENGTH = 1000;
  private static final int MIN_WORDS = 3;
  private static final int MIN_SENTENCES = 5;
  private static final String LINE_ENDS = ".?!\"'";
  private static final Pattern CITATION =
      Pattern.compile("\\[\\p{Nd}*\\]|\\[edit\\]|\\[citation needed\\]");
  private static final List<String> POLICY_PHRASES =
      List.of(
          "terms of use",
          "privacy policy",
          "cookie policy",
          "uses cookies",
          "use of cookies",
          "use cookies");

  private final boolean terminalPunctuation;
  private final StringJoiner kept = new StringJoiner("\n");
  private Verdict verdict;
  private int numLongWord;
  private int numUnpunctuated;
  private int numShort;
  private int numJavascript;
  private int numPolicy;
  private int numKept;
  private int numSentences;

  private C4Lines(boolean terminalPunctuation) {
    this.terminalPunctuation = terminalPunctuation;
  }

  /**
   * Applies the rules to a text.
   *
   * @param terminalPunctuation whether lines must end in terminal punctuation: yes in C4, no in
   *     FineWeb
   */
  public static Result apply(String text, boolean terminalPunctuation) {
    Spans lines = Spans.lines(text);
    C4Lines rules = new C4Lines(terminalPunctuation);
    for (int i = 0; i < lines.size(); i++) {
      int start = Characters.skipSpace(text, lines.start(i), lines.end(i));
      rules.add(text.substring(start, Characters.trimSpace(text, start, lines.end(i))));
    }
    return rules.result();
  }

  private void add(String original) {
    Tokens tokens = Tokens.of(original);
    if (tokens.maxLength > MAX_WORD_LENGTH) {
      numLongWord++;
      return;
    }
    String line = original.indexOf('[') < 0 ? original : CITATION.matcher(original).replaceAll("");
    if (terminalPunctuation && !isPunctuated(line)) {
      numUnpunctuated++;
    } else if (tokens.count < MIN_WORDS) {
      numShort++;
    } else {
      addPunctuated(line, line.toLowerCase(Locale.ROOT));
    }
  }

  private void addPunctuated(String line, String lowerCase) {
    if (lowerCase.contains("lorem ipsum")) {
      condemn(Verdict.LOREM_IPSUM);
    } else if (lowerCase.contains("javascript")) {
      numJavascript++;
    } else if (line.indexOf('{') >= 0) {
      condemn(Verdict.CURLY_BRACKET);
    } else if (POLICY_PHRASES.stream().anyMatch(lowerCase::contains)) {
      numPolicy++;
    } else {
      numKept++;
      numSentences += Sentences.count(line);
      kept.add(line);
    }
  }

  private void condemn(Verdict reason) {
    if (verdict == null) {
      verdict = reason;
    }
  }

  private Result result() {
    String text = kept.toString();
    int start = Characters.skipSpace(text, 0, text.length());
    if (numSentences < MIN_SENTENCES) {
      condemn(Verdict.TOO_FEW_SENTENCES);
    }
    return new Result(
        text.substring(start, Characters.trimSpace(text, start, text.length())),
        Optional.ofNullable(verdict),
        numLongWord,
        numUnpunctuated,
        numShort,
        numJavascript,
        numPolicy,
        numKept,
        numSentences);
  }

  private static boolean isPunctuated(String line) {
    return !line.isEmpty()
        && LINE_ENDS.indexOf(line.charAt(line.length() - 1)) >= 0
        && !line.endsWith("...");
  }

  /**
   * The whitespace-separated tokens of a line.
   *
   * @param maxLength characters of the longest
   */
  private record Tokens(int count, int maxLength) {
    static Tokens of(String line) {
      int count = 0;
      int maxLength = 0;
      int length = 0;
      for (int i = 0; i < line.length(); i++) {
        char c = line.charAt(i);
        if (Characters.isSpace(c)) {
          length = 0;
        } else if (!Character.isLowSurrogate(c)) {
          count += length == 0 ? 1 : 0;
          maxLength = Math.max(maxLength, ++length);
        }
      }
      return new Tokens(count, maxLength);
    }
  }
}
