package dev.kindling.data.tokenizer.unigram;

import java.text.Normalizer;
import java.util.BitSet;

/**
 * Unicode's compatibility composition (NFKC) as of Unicode 9, which Hugging Face's library knows.
 * What a character normalizes to never changes, but newer characters come with every Java version:
 * they stay as they are and nothing combines with them, as in Unicode 9, which has none of them.
 *
 * <p>Putting combining marks into their order takes Java quadratic time, so a run of more than
 * {@value #MAX_MARKS}, which no writing has, is normalized in parts.
 */
final class Nfkc {
  private static final int REPLACEMENT = 0xFFFD;
  private static final int FIRST_MARK = 0x300;
  private static final int MAX_MARKS = 1024;

  /**
   * First and last code point of every range that Unicode 10 to 16 gave a decomposition or a
   * combining class.
   */
  private static final int[] NEWER_RANGES = {
    0x7FD, 0x7FD, 0x897, 0x89F, 0x8CA, 0x8D3, 0x9FE, 0x9FE, 0xC3C, 0xC3C, 0xD3B, 0xD3C, 0xEBA,
    0xEBA, 0xECE, 0xECE, 0x1715, 0x1715, 0x1ABF, 0x1ACE, 0x1DF6, 0x1DFA, 0x32FF, 0x32FF, 0xA7F2,
    0xA7F4, 0xA82C, 0xA82C, 0xAB69, 0xAB69, 0x105C9, 0x105C9, 0x105D2, 0x105D2, 0x105DA, 0x105DA,
    0x105E4, 0x105E4, 0x10781, 0x10785, 0x10787, 0x107B0, 0x107B2, 0x107BA, 0x10D24, 0x10D27,
    0x10D69, 0x10D6D, 0x10EAB, 0x10EAC, 0x10EFC, 0x10EFF, 0x10F46, 0x10F50, 0x10F82, 0x10F85,
    0x11070, 0x11070, 0x1133B, 0x1133B, 0x11382, 0x11385, 0x1138B, 0x1138B, 0x1138E, 0x1138E,
    0x11390, 0x11391, 0x113B8, 0x113B8, 0x113BB, 0x113BB, 0x113C2, 0x113C2, 0x113C5, 0x113C5,
    0x113C7, 0x113C9, 0x113CE, 0x113D0, 0x113E1, 0x113E2, 0x1145E, 0x1145E, 0x11839, 0x1183A,
    0x11930, 0x11930, 0x11935, 0x11935, 0x11938, 0x11938, 0x1193D, 0x1193E, 0x11943, 0x11943,
    0x119E0, 0x119E0, 0x11A34, 0x11A34, 0x11A47, 0x11A47, 0x11A99, 0x11A99, 0x11D42, 0x11D42,
    0x11D44, 0x11D45, 0x11D97, 0x11D97, 0x11F41, 0x11F42, 0x1611E, 0x16129, 0x1612F, 0x1612F,
    0x16D63, 0x16D63, 0x16D67, 0x16D6A, 0x16FF0, 0x16FF1, 0x1CCD6, 0x1CCF9, 0x1E030, 0x1E06D,
    0x1E08F, 0x1E08F, 0x1E130, 0x1E136, 0x1E2AE, 0x1E2AE, 0x1E2EC, 0x1E2EF, 0x1E4EC, 0x1E4EF,
    0x1E5EE, 0x1E5EF, 0x1F16C, 0x1F16C, 0x1FBF0, 0x1FBF9
  };

  private static final BitSet NEWER = new BitSet();

  static {
    for (int i = 0; i < NEWER_RANGES.length; i += 2) {
      NEWER.set(NEWER_RANGES[i], NEWER_RANGES[i + 1] + 1);
    }
  }

  private Nfkc() {}

  /** The normal form, with U+FFFD for an unpaired surrogate. */
  static String normalize(String text) {
    StringBuilder normal = new StringBuilder(text.length());
    int from = 0;
    int next;
    int numMarks = 0;
    for (int i = 0; i < text.length(); i = next) {
      int codePoint = text.codePointAt(i);
      next = i + Character.charCount(codePoint);
      if (standsAlone(codePoint)) {
        append(text, from, i, normal);
        normal.appendCodePoint(isUnpairedSurrogate(codePoint) ? REPLACEMENT : codePoint);
        from = next;
      }
      numMarks = isMark(codePoint) ? numMarks + 1 : 0;
      if (numMarks == MAX_MARKS) {
        append(text, from, next, normal);
        from = next;
        numMarks = 0;
      }
    }
    if (from == 0) {
      return Normalizer.normalize(text, Normalizer.Form.NFKC);
    }
    append(text, from, text.length(), normal);
    return normal.toString();
  }

  private static void append(String text, int from, int to, StringBuilder normal) {
    normal.append(Normalizer.normalize(text.substring(from, to), Normalizer.Form.NFKC));
  }

  private static boolean standsAlone(int codePoint) {
    return codePoint >= NEWER_RANGES[0] && (isUnpairedSurrogate(codePoint) || NEWER.get(codePoint));
  }

  private static boolean isMark(int codePoint) {
    if (codePoint < FIRST_MARK) {
      return false;
    }
    int type = Character.getType(codePoint);
    return type == Character.NON_SPACING_MARK
        || type == Character.COMBINING_SPACING_MARK
        || type == Character.ENCLOSING_MARK;
  }

  private static boolean isUnpairedSurrogate(int codePoint) {
    return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
  }
}
