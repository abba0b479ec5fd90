package dev.kindling.data.tokenizer.unigram;

/**
 * Text as SentencePiece sees it: NFKC, runs of spaces collapsed into one, every space written as
 * {@link #SPACE}, and one put in front where there is none. A word is what follows from one of
 * these to the next, so the words cover the text and no piece crosses a space. In Hugging Face's
 * terms: the normalizers {@code NFKC} and {@code Replace}, and the pre-tokenizer {@code Metaspace}.
 *
 * <p>Only U+0020 is a space; line feeds and tabs stay what they are.
 */
public final class MetaspaceText {
  /** U+2581, which stands for a space. */
  public static final char SPACE = '\u2581';

  private MetaspaceText() {}

  /** The text in this form; the empty text stays empty. An unpaired surrogate becomes U+FFFD. */
  public static String of(String text) {
    String normal = Nfkc.normalize(text);
    StringBuilder words = new StringBuilder(normal.length() + 1);
    if (!normal.isEmpty() && normal.charAt(0) != ' ' && normal.charAt(0) != SPACE) {
      words.append(SPACE);
    }
    boolean afterSpace = false;
    for (int i = 0; i < normal.length(); i++) {
      boolean space = normal.charAt(i) == ' ';
      if (!space) {
        words.append(normal.charAt(i));
      } else if (!afterSpace) {
        words.append(SPACE);
      }
      afterSpace = space;
    }
    return words.toString();
  }

  /** The end of the word that starts at {@code start < end} of a text in this form. */
  public static int wordEnd(char[] text, int start, int end) {
    int i = start + 1;
    while (i < end && text[i] != SPACE) {
      i++;
    }
    return i;
  }
}
