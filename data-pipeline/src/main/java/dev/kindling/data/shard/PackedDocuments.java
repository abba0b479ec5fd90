package dev.kindling.data.shard;

import dev.kindling.data.shard.SequencePacking.Piece;
import dev.kindling.data.shard.SequencePacking.Sequence;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Collects documents on their way into a shard, and writes them as sequences of one length. What a
 * sequence has too few is filled up with the end-of-text token. Documents are packed in groups, so
 * that memory is bounded.
 */
final class PackedDocuments {
  /** Groups are closed at so many bytes of tokens: enough for sequences to be filled well. */
  private static final int GROUP_BYTES = 16 << 20;

  private final TokenShardWriter shard;
  private final TokenType type;
  private final int sequenceLength;
  private final byte[] filler;
  private final List<byte[]> group = new ArrayList<>();
  private long bytesInGroup;

  /**
   * @param shard where the sequences go
   * @param sequenceLength in tokens
   * @param fillerId the token that fills up
   */
  PackedDocuments(TokenShardWriter shard, TokenType type, int sequenceLength, int fillerId) {
    this.shard = shard;
    this.type = type;
    this.sequenceLength = sequenceLength;
    int[] ids = new int[sequenceLength];
    Arrays.fill(ids, fillerId);
    ByteBuffer bytes = ByteBuffer.allocate(sequenceLength * type.bytes());
    type.put(bytes.order(ByteOrder.LITTLE_ENDIAN), ids);
    this.filler = bytes.array();
  }

  /** Adds one document as the bytes of its tokens. */
  void add(byte[] tokens) throws IOException {
    group.add(tokens);
    bytesInGroup += tokens.length;
    if (bytesInGroup >= GROUP_BYTES) {
      write();
    }
  }

  /** Writes what was added since the last group. */
  void write() throws IOException {
    int[] lengths = group.stream().mapToInt(tokens -> tokens.length / type.bytes()).toArray();
    for (Sequence sequence : SequencePacking.pack(lengths, sequenceLength)) {
      write(sequence);
    }
    group.clear();
    bytesInGroup = 0;
  }

  /** Every piece becomes a document of the index; what fills up belongs to the last one. */
  private void write(Sequence sequence) throws IOException {
    int missing = sequenceLength - sequence.numTokens();
    int last = sequence.pieces().size() - 1;
    for (int i = 0; i <= last; i++) {
      Piece piece = sequence.pieces().get(i);
      int start = piece.start() * type.bytes();
      int end = start + piece.length() * type.bytes();
      byte[] tokens = Arrays.copyOfRange(group.get(piece.document()), start, end);
      byte[] document = i < last ? tokens : filledUp(tokens, missing * type.bytes());
      shard.add(document, new int[] {document.length / type.bytes()});
    }
  }

  private byte[] filledUp(byte[] tokens, int numBytes) {
    byte[] filled = Arrays.copyOf(tokens, tokens.length + numBytes);
    System.arraycopy(filler, 0, filled, tokens.length, numBytes);
    return filled;
  }
}
