package dev.kindling.model.ngram;

import java.io.IOException;
import java.io.Writer;

/**
 * Writes an n-gram model in the ARPA format, which SRILM, KenLM and others read, as it comes: it
 * holds no more than one n-gram. Words are token ids in decimal. The token that ends a document is
 * {@code </s>} where it ends an n-gram, and {@code <s>} where it begins one.
 */
public final class ArpaWriter {
  private static final String BEGINNING = "<s>";
  private static final String END = "</s>";

  /** What SRILM writes for a word that is never predicted. */
  private static final String NEVER = "-99";

  private final NgramShape shape;
  private final Writer out;

  /**
   * Writes the head of the file.
   *
   * @param out stays open
   */
  public ArpaWriter(NgramShape shape, Writer out) throws IOException {
    this.shape = shape;
    this.out = out;
    out.write("\\data\\\n");
    for (int order = 1; order <= shape.order(); order++) {
      long extra = order == 1 && shape.endOfText().isPresent() ? 1 : 0;
      out.write("ngram " + order + "=" + (shape.orders().get(order - 1).kept() + extra) + "\n");
    }
  }

  /** Begins the n-grams of the next order. */
  public void beginOrder(int order) throws IOException {
    out.write("\n\\" + order + "-grams:\n");
  }

  /** Writes all n-grams of a part. */
  public void write(int order, NgramPartReader part) throws IOException {
    while (part.next()) {
      if (order == 1 && isEndOfText(part.token(0))) {
        writeEnds(part);
        continue;
      }
      out.write(log10(part.probability()));
      for (int i = 0; i < order; i++) {
        out.write(i == 0 ? '\t' : ' ');
        out.write(word(part.token(i), i, order));
      }
      writeBackoff(order, part.backoff());
      out.write('\n');
    }
  }

  /** Writes the end of the file. */
  public void finish() throws IOException {
    out.write("\n\\end\\\n");
  }

  /** As a word that is predicted, the token has no n-grams behind it, and as a context it does. */
  private void writeEnds(NgramPartReader part) throws IOException {
    out.write(NEVER + "\t" + BEGINNING);
    writeBackoff(1, part.backoff());
    out.write("\n" + log10(part.probability()) + "\t" + END);
    writeBackoff(1, 1);
    out.write('\n');
  }

  private void writeBackoff(int order, float backoff) throws IOException {
    if (order < shape.order()) {
      out.write('\t');
      out.write(log10(backoff));
    }
  }

  private String word(int token, int index, int order) {
    if (!isEndOfText(token)) {
      return Integer.toString(token);
    }
    return index == order - 1 ? END : BEGINNING;
  }

  private boolean isEndOfText(int token) {
    return shape.endOfText().isPresent() && shape.endOfText().getAsInt() == token;
  }

  private static String log10(float value) {
    return Float.toString((float) Math.log10(value));
  }
}
