package dev.kindling.data.tokenizer;

import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * The words of a text one by one, since a text may be large. A word of more than {@value
 * #MAX_CODE_POINTS} code points, such as a sentence without spaces, comes in pieces of so many: no
 * token of a vocabulary is longer.
 */
final class Words implements Iterator<String> {
  /** The code points of a piece. */
  static final int MAX_CODE_POINTS = 64;

  private final char[] text;
  private final End endOf;
  private int position;
  private int wordEnd;

  /** Where words end; the words of a text cover it. */
  @FunctionalInterface
  interface End {
    /** The end of the word that starts at {@code start < end}. */
    int of(char[] text, int start, int end);
  }

  Words(String text, End endOf) {
    this.text = text.toCharArray();
    this.endOf = endOf;
  }

  @Override
  public boolean hasNext() {
    return position < text.length;
  }

  @Override
  public String next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    if (position == wordEnd) {
      wordEnd = endOf.of(text, position, text.length);
    }
    int start = position;
    for (int n = 0; n < MAX_CODE_POINTS && position < wordEnd; n++) {
      position += Character.charCount(Utf8.codePointAt(text, position, wordEnd));
    }
    return new String(text, start, position - start);
  }
}
