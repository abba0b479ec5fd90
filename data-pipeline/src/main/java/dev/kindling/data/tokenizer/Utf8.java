package dev.kindling.data.tokenizer;

import java.util.Arrays;

/**
 * UTF-8 of a range of characters. An unpaired surrogate, which no valid text holds, becomes U+FFFD
 * as in Rust, and not the question mark of {@link String#getBytes}.
 */
final class Utf8 {
  private static final int REPLACEMENT = 0xFFFD;
  private static final int MAX_BYTES_PER_CHAR = 3;

  private Utf8() {}

  /** The code point at {@code index}, U+FFFD for an unpaired surrogate. */
  static int codePointAt(char[] text, int index, int end) {
    char first = text[index];
    if (!Character.isSurrogate(first)) {
      return first;
    }
    if (Character.isHighSurrogate(first)
        && index + 1 < end
        && Character.isLowSurrogate(text[index + 1])) {
      return Character.toCodePoint(first, text[index + 1]);
    }
    return REPLACEMENT;
  }

  /** The bytes of {@code text} from {@code start} to {@code end}. */
  static byte[] encode(char[] text, int start, int end) {
    byte[] bytes = new byte[(end - start) * MAX_BYTES_PER_CHAR];
    int length = 0;
    for (int i = start; i < end; ) {
      int codePoint = codePointAt(text, i, end);
      i += Character.charCount(codePoint);
      if (codePoint < 0x80) {
        bytes[length++] = (byte) codePoint;
      } else if (codePoint < 0x800) {
        bytes[length++] = (byte) (0xC0 | (codePoint >> 6));
        bytes[length++] = continuation(codePoint);
      } else if (codePoint < 0x10000) {
        bytes[length++] = (byte) (0xE0 | (codePoint >> 12));
        bytes[length++] = continuation(codePoint >> 6);
        bytes[length++] = continuation(codePoint);
      } else {
        bytes[length++] = (byte) (0xF0 | (codePoint >> 18));
        bytes[length++] = continuation(codePoint >> 12);
        bytes[length++] = continuation(codePoint >> 6);
        bytes[length++] = continuation(codePoint);
      }
    }
    return Arrays.copyOf(bytes, length);
  }

  private static byte continuation(int bits) {
    return (byte) (0x80 | (bits & 0x3F));
  }
}
