package dev.kindling.data.shard;

import java.io.Serializable;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Comparator;

/**
 * What travels with a document's tokens through the shuffle, as plain bytes, because there is one
 * for every document of the corpus:
 *
 * <pre>
 *   1 byte    the split, or {@link #PROBLEM}
 *   16 bytes  the head of the SHA-256 of the document's text: its place in the order
 *   4 bytes   UTF-8 bytes of the text
 * </pre>
 *
 * <p>The order is that of the bytes. It shuffles the documents and depends on nothing but their
 * text; two documents that tie have the same text, and thus the same tokens.
 */
final class PieceKey {
  /** In place of a split: the value is a message that says why a document cannot be encoded. */
  static final int PROBLEM = 2;

  /** Documents are grouped by so many leading bits of their place in the order. */
  static final int BUCKET_BITS = 12;

  /** The groups of one split. */
  static final int NUM_BUCKETS = 1 << BUCKET_BITS;

  private static final int HASH_BYTES = 16;
  private static final int HASH_AT = 1;
  private static final int TEXT_BYTES_AT = HASH_AT + HASH_BYTES;
  private static final int KEY_BYTES = TEXT_BYTES_AT + Integer.BYTES;

  private PieceKey() {}

  /** The key of a piece of a document with the SHA-256 {@code hash}. */
  static byte[] of(Split split, byte[] hash, int numTextBytes) {
    return build(split.code(), hash, numTextBytes);
  }

  /** The key of a document that cannot be encoded. */
  static byte[] problem(byte[] hash) {
    return build(PROBLEM, hash, 0);
  }

  static boolean isProblem(byte[] key) {
    return key[0] == PROBLEM;
  }

  static Split split(byte[] key) {
    return Split.ofCode(key[0]);
  }

  static int bucket(byte[] key) {
    return (ByteBuffer.wrap(key).getShort(HASH_AT) & 0xFFFF) >>> (Short.SIZE - BUCKET_BITS);
  }

  static int numTextBytes(byte[] key) {
    return ByteBuffer.wrap(key).getInt(TEXT_BYTES_AT);
  }

  private static byte[] build(int split, byte[] hash, int numTextBytes) {
    return ByteBuffer.allocate(KEY_BYTES)
        .put((byte) split)
        .put(hash, 0, HASH_BYTES)
        .putInt(numTextBytes)
        .array();
  }

  /** Orders keys by their bytes. */
  static final class Order implements Comparator<byte[]>, Serializable {
    private static final long serialVersionUID = 1L;

    @Override
    public int compare(byte[] first, byte[] second) {
      return Arrays.compareUnsigned(first, second);
    }
  }
}
