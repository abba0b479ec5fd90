package dev.kindling.data.shard;

import dev.kindling.data.InvalidInputException;
import java.nio.ByteBuffer;

/** How a token id lies in a {@code .bin} file, little-endian, with Megatron's code for it. */
enum TokenType {
  /** Unsigned 16 bits. */
  U16(8, 2),
  /** Signed 32 bits. */
  I32(4, 4);

  /** Megatron's limit below which ids take 16 bits. */
  private static final int U16_VOCAB_LIMIT = 65_500;

  private final int code;
  private final int bytes;

  TokenType(int code, int bytes) {
    this.code = code;
    this.bytes = bytes;
  }

  /** The type that holds the ids of a vocabulary. */
  static TokenType forVocabSize(int vocabSize) {
    return vocabSize < U16_VOCAB_LIMIT ? U16 : I32;
  }

  /**
   * The type of a code in an index.
   *
   * @param path for the error
   */
  static TokenType ofCode(int code, Object path) {
    for (TokenType type : values()) {
      if (type.code == code) {
        return type;
      }
    }
    throw TokenIndex.corrupt(path, "has dtype code " + code, "8 (uint16) or 4 (int32)");
  }

  int code() {
    return code;
  }

  /** Bytes per token. */
  int bytes() {
    return bytes;
  }

  /** Appends ids to a little-endian buffer. */
  void put(ByteBuffer buffer, int[] ids) {
    switch (this) {
      case U16 -> {
        for (int id : ids) {
          buffer.putShort((short) id);
        }
      }
      case I32 -> {
        for (int id : ids) {
          buffer.putInt(id);
        }
      }
    }
  }

  /** Takes ids from a little-endian buffer. */
  void get(ByteBuffer buffer, int[] destination, int offset, int length) {
    switch (this) {
      case U16 -> {
        for (int i = 0; i < length; i++) {
          destination[offset + i] = Short.toUnsignedInt(buffer.getShort());
        }
      }
      case I32 -> {
        for (int i = 0; i < length; i++) {
          destination[offset + i] = buffer.getInt();
        }
      }
    }
  }

  /** Checks that {@code vocabSize} ids fit, for a type that was read from a file. */
  void requireRoomFor(int vocabSize, Object path) {
    if (this != forVocabSize(vocabSize)) {
      throw new InvalidInputException(
          path + " holds ids as " + this,
          forVocabSize(vocabSize) + ", as a vocabulary of " + vocabSize + " ids takes",
          "write the token shards again with `kindling tokenize`");
    }
  }
}
