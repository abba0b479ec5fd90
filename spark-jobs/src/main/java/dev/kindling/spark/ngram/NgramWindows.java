package dev.kindling.spark.ngram;

import dev.kindling.data.shard.TokenDocuments;
import dev.kindling.data.shard.TokenDocuments.Span;
import dev.kindling.data.shard.TokenSet;

/**
 * Goes through a range of a split's tokens and gives each as the last one of an n-gram: with as
 * many tokens before it as the order has room for, as far as they are of its document. The token
 * that ends a document stands before the next one, too, where there is such a token; elsewhere the
 * first tokens of a document are n-grams of fewer tokens. What a token is given does not depend on
 * the range.
 */
final class NgramWindows {
  private static final int TOKENS_PER_READ = 1 << 14;

  private final TokenSet tokens;
  private final TokenDocuments documents;
  private final int endOfText;
  private final long end;
  private final int[] window;
  private final int[] buffer = new int[TOKENS_PER_READ];
  private int length;
  private long position;
  private long bufferStart;
  private int inBuffer;
  private Span document;

  /**
   * @param tokens stays open
   * @param endOfText negative where there is none
   * @param order N, the tokens of an n-gram at most
   * @param start the position of the first token of the range
   * @param end the position behind its last token
   */
  NgramWindows(TokenSet tokens, int endOfText, int order, long start, long end) {
    this.tokens = tokens;
    this.documents = tokens.documents();
    this.endOfText = endOfText;
    this.end = end;
    this.window = new int[order];
    this.document = documents.at(start);
    this.position = Math.max(document.start(), start - (order - 1));
    this.bufferStart = position;
    if (position == document.start()) {
      beginDocument();
    }
    while (position < start) {
      take();
    }
  }

  /** Goes to the next token; returns whether there is one. */
  boolean next() {
    if (position == end) {
      return false;
    }
    take();
    return true;
  }

  /** How many tokens the n-gram has: N, or fewer at the beginning of a document. */
  int length() {
    return length;
  }

  /** The tokens of the n-gram; those behind {@link #length} mean nothing. */
  int[] tokens() {
    return window;
  }

  private void take() {
    if (position == document.end()) {
      do {
        document = documents.get(document.number() + 1);
      } while (document.length() == 0);
      beginDocument();
    } else if (length > 0 && window[length - 1] == endOfText) {
      beginDocument();
    }
    if (length == window.length) {
      System.arraycopy(window, 1, window, 0, --length);
    }
    window[length++] = read(position++);
  }

  private void beginDocument() {
    length = 0;
    if (endOfText >= 0) {
      window[length++] = endOfText;
    }
  }

  private int read(long at) {
    if (at == bufferStart + inBuffer) {
      bufferStart = at;
      inBuffer = (int) Math.min(buffer.length, end - at);
      tokens.read(at, buffer, 0, inBuffer);
    }
    return buffer[(int) (at - bufferStart)];
  }
}
