package dev.kindling.data.tokenizer;

import java.util.Arrays;

/**
 * GPT-2's bijection between the 256 bytes and 256 printable characters, which lets a byte sequence
 * stand in a JSON string. A byte that prints in Latin-1 stands for itself; the others follow from
 * U+0100 in the order of their value.
 *
 * <p>The characters in ascending order are also the first 256 ids of a learned vocabulary, as in
 * GPT-2.
 */
final class ByteAlphabet {
  /** How many bytes there are. */
  static final int SIZE = 256;

  private static final int FIRST_STAND_IN = 0x100;
  private static final int NUM_STAND_INS = 68;
  private static final char[] CHARACTER_OF_BYTE = new char[SIZE];
  private static final int[] BYTE_OF_CHARACTER = new int[FIRST_STAND_IN + NUM_STAND_INS];

  static {
    Arrays.fill(BYTE_OF_CHARACTER, -1);
    int standIn = FIRST_STAND_IN;
    for (int value = 0; value < SIZE; value++) {
      char character = prints(value) ? (char) value : (char) standIn++;
      CHARACTER_OF_BYTE[value] = character;
      BYTE_OF_CHARACTER[character] = value;
    }
  }

  private ByteAlphabet() {}

  private static boolean prints(int value) {
    return (value >= '!' && value <= '~') || (value >= 0xA1 && value != 0xAD);
  }

  /** The bytes in the order of their characters: element {@code id} is the byte of that id. */
  static byte[] inIdOrder() {
    byte[] bytes = new byte[SIZE];
    int id = 0;
    for (int value : BYTE_OF_CHARACTER) {
      if (value >= 0) {
        bytes[id++] = (byte) value;
      }
    }
    return bytes;
  }

  /** The printable form of {@code bytes}. */
  static String toText(byte[] bytes) {
    char[] text = new char[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      text[i] = CHARACTER_OF_BYTE[Byte.toUnsignedInt(bytes[i])];
    }
    return new String(text);
  }

  /**
   * The bytes of a printable form, or null where {@code text} holds a character that stands for no
   * byte.
   */
  static byte[] toBytes(String text) {
    byte[] bytes = new byte[text.length()];
    for (int i = 0; i < bytes.length; i++) {
      char character = text.charAt(i);
      int value = character < BYTE_OF_CHARACTER.length ? BYTE_OF_CHARACTER[character] : -1;
      if (value < 0) {
        return null;
      }
      bytes[i] = (byte) value;
    }
    return bytes;
  }
}
