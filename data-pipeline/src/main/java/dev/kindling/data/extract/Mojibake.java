package dev.kindling.data.extract;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * Repairs UTF-8 that was once read as windows-1252, such as {@code â€œcafÃ©â€}. A line is repaired
 * if, written in windows-1252, it is UTF-8 with characters beyond ASCII as a whole: one genuine
 * {@code é} in it shows that its characters are what they should be. Lines that went wrong twice
 * are repaired twice. A short line such as {@code Ä…} can be genuine and look damaged, which is why
 * nothing is repaired unless that is asked for.
 */
final class Mojibake {
  private static final int MAX_LAYERS = 3;
  private static final int NO_BYTE = -1;
  private static final int FIRST_NON_ASCII = 0x80;

  /** Bytes by character, for those up to U+2122, the last one of windows-1252. */
  private static final short[] BYTES = bytes();

  private Mojibake() {}

  /** The text with its damaged lines repaired; the same one where there are none. */
  static String repair(String text) {
    if (text.chars().allMatch(c -> c < FIRST_NON_ASCII)) {
      return text;
    }
    String[] lines = text.split("\n", -1);
    boolean changed = false;
    for (int i = 0; i < lines.length; i++) {
      Optional<String> repaired = repairLine(lines[i]);
      for (int layer = 0; repaired.isPresent() && layer < MAX_LAYERS; layer++) {
        lines[i] = repaired.get();
        changed = true;
        repaired = repairLine(lines[i]);
      }
    }
    return changed ? String.join("\n", lines) : text;
  }

  private static Optional<String> repairLine(String line) {
    byte[] bytes = new byte[line.length()];
    boolean ascii = true;
    for (int i = 0; i < bytes.length; i++) {
      char c = line.charAt(i);
      int value = c < BYTES.length ? BYTES[c] : NO_BYTE;
      if (value == NO_BYTE) {
        return Optional.empty();
      }
      ascii &= value < FIRST_NON_ASCII;
      bytes[i] = (byte) value;
    }
    return ascii ? Optional.empty() : decode(bytes);
  }

  private static Optional<String> decode(byte[] bytes) {
    try {
      return Optional.of(
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
  }

  /** Where windows-1252 leaves a byte undefined, browsers read it as the control of that number. */
  private static short[] bytes() {
    short[] bytes = new short['\u2122' + 1];
    Arrays.fill(bytes, (short) NO_BYTE);
    for (int c = 0; c <= 0xFF; c++) {
      bytes[c] = (short) c;
    }
    for (int value = FIRST_NON_ASCII; value <= 0xFF; value++) {
      CharBuffer decoded =
          Charset.forName("windows-1252").decode(ByteBuffer.wrap(new byte[] {(byte) value}));
      char c = decoded.get(0);
      if (c < bytes.length) {
        bytes[c] = (short) value;
      }
    }
    return bytes;
  }
}
