package dev.kindling.data.read;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Strict UTF-8: nothing is replaced silently. */
final class Utf8 {
  private Utf8() {}

  /** The text of the bytes; empty where they are no UTF-8. */
  static Optional<String> decode(byte[] bytes, int offset, int length) {
    try {
      return Optional.of(
          StandardCharsets.UTF_8
              .newDecoder()
              .onMalformedInput(CodingErrorAction.REPORT)
              .onUnmappableCharacter(CodingErrorAction.REPORT)
              .decode(ByteBuffer.wrap(bytes, offset, length))
              .toString());
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
  }

  static Optional<String> decode(byte[] bytes) {
    return decode(bytes, 0, bytes.length);
  }

  /** Whether some surrogate has no partner, which a JSON escape can say and UTF-8 cannot. */
  static boolean hasLoneSurrogate(String text) {
    boolean expectLow = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isLowSurrogate(c) != expectLow) {
        return true;
      }
      expectLow = Character.isHighSurrogate(c);
    }
    return expectLow;
  }

  /** Code points in UTF-8 bytes: every byte but the continuation bytes starts one. */
  static int countCodePoints(byte[] bytes) {
    int count = 0;
    for (byte b : bytes) {
      if ((b & 0xC0) != 0x80) {
        count++;
      }
    }
    return count;
  }
}
