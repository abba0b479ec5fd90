package dev.kindling.data.signal;

/** Counts over lines and of the signs that Gopher relates to words. */
final class LineSignals {
  private static final int SHORT_LINE = 30;
  private static final int CHINESE_SHORT_LINE = 10;
  private static final String CHINESE_ENDS = "。！？…；";
  private static final String CLOSERS = "”’」』》）\"')";

  private final String text;

  LineSignals(String text) {
    this.text = text;
  }

  /** Bullets and ellipses, as shares of all lines. */
  void computeOfLines(Spans lines, SignalValues values) {
    int bullets = 0;
    int ellipses = 0;
    for (int i = 0; i < lines.size(); i++) {
      int start = Characters.skipSpace(text, lines.start(i), lines.end(i));
      int end = Characters.trimSpace(text, start, lines.end(i));
      if (start < end) {
        bullets += text.charAt(start) == '•' || text.charAt(start) == '-' ? 1 : 0;
        ellipses += endsInEllipsis(start, end) ? 1 : 0;
      }
    }
    values.set(Signal.LINES, lines.size());
    values.setRatio(Signal.BULLET_LINE_FRACTION, bullets, lines.size());
    values.setRatio(Signal.ELLIPSIS_LINE_FRACTION, ellipses, lines.size());
  }

  private boolean endsInEllipsis(int start, int end) {
    return text.charAt(end - 1) == '…' || (end - start >= 3 && text.startsWith("...", end - 3));
  }

  /** Ends and lengths, as shares of the non-blank lines. */
  void computeOfNonBlankLines(Spans lines, SignalValues values) {
    int terminal = 0;
    int chineseTerminal = 0;
    int shortLines = 0;
    int chineseShortLines = 0;
    for (int i = 0; i < lines.size(); i++) {
      int start = lines.start(i);
      int end = lines.end(i);
      int length = text.codePointCount(start, end);
      terminal += Characters.isSentenceTerminal(text.codePointBefore(end)) ? 1 : 0;
      chineseTerminal += endsAsChineseSentence(start, end) ? 1 : 0;
      shortLines += length <= SHORT_LINE ? 1 : 0;
      chineseShortLines += length <= CHINESE_SHORT_LINE ? 1 : 0;
    }
    values.set(Signal.NON_BLANK_LINES, lines.size());
    values.setRatio(Signal.TERMINAL_LINE_FRACTION, terminal, lines.size());
    values.setRatio(Signal.SHORT_LINE_FRACTION, shortLines, lines.size());
    values.setRatio(Signal.CHINESE_TERMINAL_LINE_FRACTION, chineseTerminal, lines.size());
    values.setRatio(Signal.CHINESE_SHORT_LINE_FRACTION, chineseShortLines, lines.size());
  }

  private boolean endsAsChineseSentence(int start, int end) {
    int last = Characters.trimSpace(text, start, end);
    while (last > start && CLOSERS.indexOf(text.charAt(last - 1)) >= 0) {
      last--;
    }
    return last > start && CHINESE_ENDS.indexOf(text.charAt(last - 1)) >= 0;
  }

  /** Hash signs and ellipses per word; needs {@link Signal#WORDS}. */
  void computeSymbols(SignalValues values) {
    double words = values.get(Signal.WORDS);
    int hashes = 0;
    int ellipses = 0;
    int dots = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      hashes += c == '#' ? 1 : 0;
      dots = c == '.' ? dots + 1 : 0;
      if (c == '…' || dots == 3) {
        ellipses++;
        dots = 0;
      }
    }
    values.setRatio(Signal.HASHES_PER_WORD, hashes, words);
    values.setRatio(Signal.ELLIPSES_PER_WORD, ellipses, words);
  }
}
