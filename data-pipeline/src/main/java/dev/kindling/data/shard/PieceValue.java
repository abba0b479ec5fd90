package dev.kindling.data.shard;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * What {@link PieceKey} is the key of: the tokens of a document, as the sequences that it consists
 * of. As bytes: i32 S, i32[S] lengths in tokens, tokens as they are stored, all little-endian.
 */
final class PieceValue {
  private final int[] lengths;
  private final byte[] bytes;

  private PieceValue(int[] lengths, byte[] bytes) {
    this.lengths = lengths;
    this.bytes = bytes;
  }

  static byte[] encode(TokenType type, int[] ids, int[] lengths) {
    int header = headerBytes(lengths.length);
    ByteBuffer value =
        ByteBuffer.allocate(Math.addExact(header, Math.multiplyExact(ids.length, type.bytes())))
            .order(ByteOrder.LITTLE_ENDIAN);
    value.putInt(lengths.length);
    for (int length : lengths) {
      value.putInt(length);
    }
    type.put(value, ids);
    return value.array();
  }

  static PieceValue decode(byte[] value) {
    ByteBuffer buffer = ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN);
    int[] lengths = new int[buffer.getInt()];
    buffer.asIntBuffer().get(lengths);
    return new PieceValue(
        lengths, Arrays.copyOfRange(value, headerBytes(lengths.length), value.length));
  }

  /** Bytes of the tokens alone. */
  static int numTokenBytes(byte[] value) {
    int numSequences = ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN).getInt();
    return value.length - headerBytes(numSequences);
  }

  private static int headerBytes(int numSequences) {
    return (1 + numSequences) * Integer.BYTES;
  }

  /** Tokens of each sequence. */
  int[] lengths() {
    return lengths;
  }

  /** All tokens. */
  byte[] bytes() {
    return bytes;
  }
}
