package dev.kindling.data.tokenizer;

import java.util.BitSet;

/**
 * The classes of code points that BERT's normalizer and pre-tokenizer tell apart. Hugging Face's
 * library takes categories from Unicode 8, to which those of Java are taken back here.
 */
final class BertCharacters {
  /**
   * First and last code point of every range that is of a category of interest in Unicode 13, and
   * of none in Unicode 8.
   */
  private static final int[] PLAIN_IN_UNICODE_8 = {
    0x7FD, 0x7FD, 0x8D3, 0x8E2, 0x9FD, 0x9FE, 0xA76, 0xA76, 0xAFA, 0xAFF, 0xB55, 0xB55, 0xC04,
    0xC04, 0xC77, 0xC77, 0xC84, 0xC84, 0xD00, 0xD00, 0xD3B, 0xD3C, 0xD81, 0xD81, 0xEBA, 0xEBA,
    0x1885, 0x1886, 0x1ABF, 0x1AC0, 0x1DF6, 0x1DF9, 0x1DFB, 0x1DFB, 0x2E43, 0x2E4F, 0x2E52, 0x2E52,
    0xA82C, 0xA82C, 0xA8C5, 0xA8C5, 0xA8FF, 0xA8FF, 0xA9BD, 0xA9BD, 0x10D24, 0x10D27, 0x10EAB,
    0x10EAD, 0x10F46, 0x10F50, 0x10F55, 0x10F59, 0x110CD, 0x110CD, 0x111CF, 0x111CF, 0x1123E,
    0x1123E, 0x1133B, 0x1133B, 0x11438, 0x1143F, 0x11442, 0x11444, 0x11446, 0x11446, 0x1144B,
    0x1144F, 0x1145A, 0x1145B, 0x1145D, 0x1145E, 0x11660, 0x1166C, 0x1182F, 0x11837, 0x11839,
    0x1183B, 0x1193B, 0x1193C, 0x1193E, 0x1193E, 0x11943, 0x11946, 0x119D4, 0x119D7, 0x119DA,
    0x119DB, 0x119E0, 0x119E0, 0x119E2, 0x119E2, 0x11A01, 0x11A0A, 0x11A33, 0x11A38, 0x11A3B,
    0x11A47, 0x11A51, 0x11A56, 0x11A59, 0x11A5B, 0x11A8A, 0x11A96, 0x11A98, 0x11A9C, 0x11A9E,
    0x11AA2, 0x11C30, 0x11C36, 0x11C38, 0x11C3D, 0x11C3F, 0x11C3F, 0x11C41, 0x11C45, 0x11C70,
    0x11C71, 0x11C92, 0x11CA7, 0x11CAA, 0x11CB0, 0x11CB2, 0x11CB3, 0x11CB5, 0x11CB6, 0x11D31,
    0x11D36, 0x11D3A, 0x11D3A, 0x11D3C, 0x11D3D, 0x11D3F, 0x11D45, 0x11D47, 0x11D47, 0x11D90,
    0x11D91, 0x11D95, 0x11D95, 0x11D97, 0x11D97, 0x11EF3, 0x11EF4, 0x11EF7, 0x11EF8, 0x11FFF,
    0x11FFF, 0x13430, 0x13438, 0x16E97, 0x16E9A, 0x16F4F, 0x16F4F, 0x16FE2, 0x16FE2, 0x16FE4,
    0x16FE4, 0x1E000, 0x1E006, 0x1E008, 0x1E018, 0x1E01B, 0x1E021, 0x1E023, 0x1E024, 0x1E026,
    0x1E02A, 0x1E130, 0x1E136, 0x1E2EC, 0x1E2EF, 0x1E944, 0x1E94A, 0x1E95E, 0x1E95F
  };

  /** Punctuation in Unicode 8, and a symbol since. */
  private static final int CANADIAN_SYLLABICS_CHI_SIGN = 0x166D;

  /** Punctuation in Unicode 8, and a mark since. */
  private static final int SHARADA_SANDHI_MARK = 0x111C9;

  private static final BitSet PLAIN = new BitSet();

  static {
    for (int i = 0; i < PLAIN_IN_UNICODE_8.length; i += 2) {
      PLAIN.set(PLAIN_IN_UNICODE_8[i], PLAIN_IN_UNICODE_8[i + 1] + 1);
    }
  }

  private BertCharacters() {}

  /** What cleaning removes: controls but tab and line ends, format and private-use characters. */
  static boolean isRemoved(int codePoint) {
    if (codePoint == '\t' || codePoint == '\n' || codePoint == '\r') {
      return false;
    }
    int type = category(codePoint);
    return codePoint == 0xFFFD
        || type == Character.CONTROL
        || type == Character.FORMAT
        || type == Character.PRIVATE_USE;
  }

  /** Unicode's property White_Space. */
  static boolean isSpace(int codePoint) {
    return CharacterClasses.of(codePoint) == CharacterClasses.SPACE;
  }

  /** ASCII characters that are neither letters nor digits, and Unicode's categories P. */
  static boolean isPunctuation(int codePoint) {
    if (codePoint < 0x80) {
      return codePoint > ' ' && codePoint < 0x7F && !Character.isLetterOrDigit(codePoint);
    }
    return switch (category(codePoint)) {
      case Character.CONNECTOR_PUNCTUATION,
          Character.DASH_PUNCTUATION,
          Character.START_PUNCTUATION,
          Character.END_PUNCTUATION,
          Character.INITIAL_QUOTE_PUNCTUATION,
          Character.FINAL_QUOTE_PUNCTUATION,
          Character.OTHER_PUNCTUATION ->
          true;
      default -> false;
    };
  }

  /** The marks that stripping accents removes. */
  static boolean isAccent(int codePoint) {
    return category(codePoint) == Character.NON_SPACING_MARK;
  }

  private static int category(int codePoint) {
    if (codePoint == CANADIAN_SYLLABICS_CHI_SIGN || codePoint == SHARADA_SANDHI_MARK) {
      return Character.OTHER_PUNCTUATION;
    }
    return PLAIN.get(codePoint) ? Character.UNASSIGNED : Character.getType(codePoint);
  }

  /** The blocks that BERT calls Chinese: the ideographs, without kana and hangul. */
  static boolean isChinese(int codePoint) {
    return (codePoint >= 0x4E00 && codePoint <= 0x9FFF)
        || (codePoint >= 0x3400 && codePoint <= 0x4DBF)
        || (codePoint >= 0x20000 && codePoint <= 0x2A6DF)
        || (codePoint >= 0x2A700 && codePoint <= 0x2B81F)
        || (codePoint >= 0x2B920 && codePoint <= 0x2CEAF)
        || (codePoint >= 0xF900 && codePoint <= 0xFAFF)
        || (codePoint >= 0x2F800 && codePoint <= 0x2FA1F);
  }
}
