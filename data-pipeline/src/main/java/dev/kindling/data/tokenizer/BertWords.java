package dev.kindling.data.tokenizer;

import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * The words of a normalized text, as Hugging Face's {@code BertPreTokenizer} cuts them: white space
 * separates words and is dropped, a punctuation mark is a word of its own.
 */
final class BertWords implements Iterator<String> {
  private final char[] text;
  private int start;
  private int end;

  BertWords(char[] normalized) {
    this.text = normalized;
    advance();
  }

  /** Moves to the next word. */
  void advance() {
    start = end;
    while (start < text.length && BertCharacters.isSpace(at(start))) {
      start += Character.charCount(at(start));
    }
    end = start;
    while (end < text.length) {
      int codePoint = at(end);
      boolean punctuation = BertCharacters.isPunctuation(codePoint);
      if (BertCharacters.isSpace(codePoint) || (punctuation && end > start)) {
        return;
      }
      end += Character.charCount(codePoint);
      if (punctuation) {
        return;
      }
    }
  }

  /** Where the present word starts. */
  int start() {
    return start;
  }

  /** Where the present word ends. */
  int end() {
    return end;
  }

  /** Whether there is a present word. */
  @Override
  public boolean hasNext() {
    return start < text.length;
  }

  @Override
  public String next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    String word = new String(text, start, end - start);
    advance();
    return word;
  }

  private int at(int index) {
    return Utf8.codePointAt(text, index, text.length);
  }
}
