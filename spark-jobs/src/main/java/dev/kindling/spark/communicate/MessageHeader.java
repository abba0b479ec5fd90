package dev.kindling.spark.communicate;

import java.nio.ByteBuffer;
import java.util.UUID;

/**
 * What stands before the bytes of a message: 66 bytes, big-endian.
 *
 * <pre>
 *   i32   magic, "KDLG"
 *   u8    version, 1
 *   u8    kind: 0 hello, 1 data, 2 abort
 *   u128  group
 *   u128  token of the group
 *   i32   rank of the sender in the group
 *   i32   rank of the receiver in the group
 *   i64   context: which subgroup
 *   i64   tag
 *   i32   length, the bytes that follow
 * </pre>
 *
 * @param kind what the bytes are
 * @param key of the group of all ranks
 * @param from the sender
 * @param to the receiver
 * @param context the subgroup
 * @param tag within it
 * @param length of what follows
 */
record MessageHeader(
    Kind kind, GroupKey key, int from, int to, long context, long tag, int length) {
  /** The most bytes of a message: longer tensors are sent as several. */
  static final int MAX_LENGTH = 4 << 20;

  static final int NUM_BYTES = 4 + 1 + 1 + 16 + 16 + 4 + 4 + 8 + 8 + 4;

  private static final int MAGIC = 0x4B444C47;
  private static final byte VERSION = 1;

  /** What a message is. */
  enum Kind {
    /** Nothing, so that there is a connection whose end can be noticed. */
    HELLO((byte) 0),
    /** The bytes of a tensor, or of a part of it. */
    DATA((byte) 1),
    /** Why the sender gives up, as UTF-8. */
    ABORT((byte) 2);

    private final byte code;

    Kind(byte code) {
      this.code = code;
    }

    private static Kind of(byte code) {
      for (Kind kind : values()) {
        if (kind.code == code) {
          return kind;
        }
      }
      throw new IllegalArgumentException("a message of kind " + code);
    }
  }

  ByteBuffer encoded() {
    ByteBuffer bytes = ByteBuffer.allocate(NUM_BYTES);
    bytes.putInt(MAGIC).put(VERSION).put(kind.code);
    put(bytes, key.id());
    put(bytes, key.token());
    bytes.putInt(from).putInt(to).putLong(context).putLong(tag).putInt(length);
    return bytes.flip();
  }

  private static void put(ByteBuffer bytes, UUID uuid) {
    bytes.putLong(uuid.getMostSignificantBits()).putLong(uuid.getLeastSignificantBits());
  }

  /**
   * Reads a header, and trusts nothing in it but its form.
   *
   * @throws IllegalArgumentException if it is none
   */
  static MessageHeader decoded(ByteBuffer bytes) {
    if (bytes.remaining() != NUM_BYTES || bytes.getInt() != MAGIC || bytes.get() != VERSION) {
      throw new IllegalArgumentException("not a message of this version");
    }
    Kind kind = Kind.of(bytes.get());
    GroupKey key = new GroupKey(uuid(bytes), uuid(bytes));
    int from = bytes.getInt();
    int to = bytes.getInt();
    long context = bytes.getLong();
    long tag = bytes.getLong();
    int length = bytes.getInt();
    if (length < 0 || length > MAX_LENGTH) {
      throw new IllegalArgumentException(length + " bytes, of at most " + MAX_LENGTH);
    }
    return new MessageHeader(kind, key, from, to, context, tag, length);
  }

  private static UUID uuid(ByteBuffer bytes) {
    long most = bytes.getLong();
    return new UUID(most, bytes.getLong());
  }
}
