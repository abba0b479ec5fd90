package dev.kindling.model.ngram;

import dev.kindling.model.io.RangeReader;
import dev.kindling.model.io.SafetensorsHeader;
import dev.kindling.model.io.SafetensorsHeader.StoredTensor;
import dev.kindling.model.io.TensorSpec;
import dev.kindling.model.io.WeightsFormatException;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** Reads an {@link NgramPart} one n-gram after the other, some thousand at a time. */
public final class NgramPartReader {
  private static final int BLOCK_NGRAMS = 1 << 13;

  private final String source;
  private final RangeReader file;
  private final int order;
  private final int vocabSize;
  private final boolean hasBackoff;
  private final SafetensorsHeader header;
  private final long size;
  private ByteBuffer tokens;
  private ByteBuffer probabilities;
  private ByteBuffer backoffs;
  private long next;
  private int inBlock;

  private NgramPartReader(
      String source, SafetensorsHeader header, RangeReader file, NgramShape shape, int order) {
    this.source = source;
    this.header = header;
    this.file = file;
    this.order = order;
    this.vocabSize = shape.vocabSize();
    this.hasBackoff = order < shape.order();
    this.size = requireTensors();
  }

  /**
   * Opens a part.
   *
   * @param source the file's name, for error messages
   * @param header of the file
   * @param file its bytes, which stay open
   * @param shape of the model that it belongs to
   * @param order of its n-grams
   * @throws WeightsFormatException if the tensors are not those of such a part
   */
  public static NgramPartReader open(
      String source, SafetensorsHeader header, RangeReader file, NgramShape shape, int order) {
    return new NgramPartReader(source, header, file, shape, order);
  }

  /** All n-grams of the part. */
  public long size() {
    return size;
  }

  /**
   * Goes to the next n-gram, at first to the first one.
   *
   * @return whether there is one
   * @throws WeightsFormatException if it is not one of such a model, or the file ends before
   * @throws UncheckedIOException if the file cannot be read
   */
  public boolean next() {
    if (next == size) {
      return false;
    }
    inBlock = (int) (next % BLOCK_NGRAMS);
    if (inBlock == 0) {
      readBlock();
    }
    next++;
    for (int i = 0; i < order; i++) {
      if (token(i) < 0 || token(i) >= vocabSize) {
        throw damaged("has the token " + token(i), "tokens from 0 to " + (vocabSize - 1));
      }
    }
    if (!(probability() > 0 && probability() <= 1)) {
      throw damaged("has the probability " + probability(), "more than 0 and at most 1");
    }
    if (!(backoff() > 0 && backoff() < Float.POSITIVE_INFINITY)) {
      throw damaged("has the backoff " + backoff(), "a number above 0");
    }
    return true;
  }

  /** One of the k tokens of the n-gram. */
  public int token(int index) {
    return tokens.getInt((inBlock * order + index) * Integer.BYTES);
  }

  /** The probability of its last token given the others. */
  public float probability() {
    return probabilities.getFloat(inBlock * Float.BYTES);
  }

  /** What the probabilities of shorter n-grams are multiplied by behind it; 1 at highest order. */
  public float backoff() {
    return hasBackoff ? backoffs.getFloat(inBlock * Float.BYTES) : 1;
  }

  /** The error for a part that is not what its model says. */
  WeightsFormatException damaged(String found, String expected) {
    return new WeightsFormatException(
        source + " " + found + (next > 0 ? " in its n-gram " + (next - 1) : ""),
        expected,
        "the file is damaged: restore it, or run `kindling ngram` again in a new directory");
  }

  private long requireTensors() {
    long found =
        header
            .find(NgramPart.PROBABILITY)
            .map(tensor -> tensor.shape().isEmpty() ? 0 : tensor.shape().get(0))
            .orElse(0L);
    List<TensorSpec> expected = NgramPart.tensors(order, found, hasBackoff);
    List<TensorSpec> given =
        header.tensors().stream()
            .map(tensor -> new TensorSpec(tensor.name(), tensor.dtype(), tensor.shape()))
            .toList();
    if (!given.containsAll(expected) || given.size() != expected.size()) {
      throw damaged("has the tensors " + given, expected + ", for some number of n-grams");
    }
    return found;
  }

  private void readBlock() {
    int count = (int) Math.min(BLOCK_NGRAMS, size - next);
    tokens = read(NgramPart.TOKENS, Integer.BYTES * order, count);
    probabilities = read(NgramPart.PROBABILITY, Float.BYTES, count);
    if (hasBackoff) {
      backoffs = read(NgramPart.BACKOFF, Float.BYTES, count);
    }
  }

  private ByteBuffer read(String name, int bytesPerNgram, int count) {
    StoredTensor tensor = header.find(name).orElseThrow();
    long position = tensor.position() + next * bytesPerNgram;
    byte[] bytes = new byte[count * bytesPerNgram];
    try {
      file.readFully(position, bytes, 0, bytes.length);
      return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    } catch (EOFException e) {
      throw new WeightsFormatException(
          source + " ends before byte " + (position + bytes.length),
          "all n-grams that its header announces",
          "the file is damaged: restore it, or run `kindling ngram` again in a new directory",
          e);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + source, e);
    }
  }
}
