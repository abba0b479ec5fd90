package dev.kindling.model.ngram;

import dev.kindling.model.io.Safetensors;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Collects n-grams of one order, and writes them as an {@link NgramPart}. */
public final class NgramPartWriter {
  private static final int BLOCK_NGRAMS = 1 << 13;

  private final int order;
  private final boolean hasBackoff;
  private final List<Block> blocks = new ArrayList<>();
  private int size;

  private record Block(ByteBuffer tokens, ByteBuffer probabilities, ByteBuffer backoffs) {
    static Block allocate(int order) {
      return new Block(
          littleEndian(Integer.BYTES * order),
          littleEndian(Float.BYTES),
          littleEndian(Float.BYTES));
    }

    private static ByteBuffer littleEndian(int bytesPerNgram) {
      return ByteBuffer.allocate(BLOCK_NGRAMS * bytesPerNgram).order(ByteOrder.LITTLE_ENDIAN);
    }
  }

  /**
   * @param order k
   * @param hasBackoff whether they can be contexts
   */
  public NgramPartWriter(int order, boolean hasBackoff) {
    this.order = order;
    this.hasBackoff = hasBackoff;
  }

  /** N-grams that were added since the last were written. */
  public int size() {
    return size;
  }

  /**
   * Adds one n-gram behind the others.
   *
   * @param tokens k ids, greater than those of the last in the order of their first difference
   * @param probability of the last token given the others
   * @param backoff what the probabilities of shorter n-grams are multiplied by behind this one
   */
  public void add(int[] tokens, float probability, float backoff) {
    if (size % BLOCK_NGRAMS == 0) {
      blocks.add(Block.allocate(order));
    }
    Block block = blocks.get(blocks.size() - 1);
    for (int i = 0; i < order; i++) {
      block.tokens().putInt(tokens[i]);
    }
    block.probabilities().putFloat(probability);
    block.backoffs().putFloat(backoff);
    size++;
  }

  /** Writes what was added, and forgets it; closes {@code out}. */
  public void writeTo(OutputStream out) throws IOException {
    try (OutputStream data =
        Safetensors.newOutputStream(out, Map.of(), NgramPart.tensors(order, size, hasBackoff))) {
      for (Block block : blocks) {
        data.write(block.tokens().array(), 0, block.tokens().position());
      }
      for (Block block : blocks) {
        data.write(block.probabilities().array(), 0, block.probabilities().position());
      }
      if (hasBackoff) {
        for (Block block : blocks) {
          data.write(block.backoffs().array(), 0, block.backoffs().position());
        }
      }
    }
    blocks.clear();
    size = 0;
  }
}
