package dev.kindling.model.ngram;

import dev.kindling.model.io.RangeReader;
import dev.kindling.model.io.Safetensors;
import dev.kindling.model.io.SafetensorsHeader;
import dev.kindling.model.io.WeightsFormatException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * A model of order 3 over the tokens 0 (the end of a document), 1, 2 and 3, whose numbers can be
 * worked out by hand. Every context sums up to 1.
 */
final class TinyNgrams {
  static final NgramShape SHAPE =
      new NgramShape(4, OptionalInt.of(0), List.of(order(4, 4), order(4, 4), order(2, 2)));

  private TinyNgrams() {}

  private static NgramShape.Order order(long counted, long kept) {
    return new NgramShape.Order(counted, kept, 0, Discounts.FALLBACK);
  }

  /** The files of all orders: order 2 is in two parts. */
  static List<List<byte[]>> files() {
    NgramPartWriter one = new NgramPartWriter(1, true);
    one.add(new int[] {0}, 0.25f, 0.5f);
    one.add(new int[] {1}, 0.5f, 0.6f);
    one.add(new int[] {2}, 0.125f, 1);
    one.add(new int[] {3}, 0.125f, 1);
    NgramPartWriter two = new NgramPartWriter(2, true);
    two.add(new int[] {0, 1}, 0.75f, 0.25f);
    two.add(new int[] {1, 0}, 0.375f, 1);
    NgramPartWriter rest = new NgramPartWriter(2, true);
    rest.add(new int[] {1, 2}, 0.25f, 0.5f);
    rest.add(new int[] {2, 1}, 0.5f, 1);
    NgramPartWriter three = new NgramPartWriter(3, false);
    three.add(new int[] {0, 1, 2}, 0.8125f, 1);
    three.add(new int[] {1, 2, 1}, 0.75f, 1);
    return List.of(List.of(bytes(one)), List.of(bytes(two), bytes(rest)), List.of(bytes(three)));
  }

  static byte[] bytes(NgramPartWriter part) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      part.writeTo(out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  static NgramModel model() {
    return load(SHAPE, files());
  }

  /**
   * Reads a model.
   *
   * @throws WeightsFormatException if a file is damaged
   */
  static NgramModel load(NgramShape shape, List<List<byte[]>> files) {
    NgramModel.Builder model = new NgramModel.Builder(shape);
    for (int order = 1; order <= files.size(); order++) {
      List<NgramPartReader> parts = new ArrayList<>();
      for (byte[] file : files.get(order - 1)) {
        parts.add(open(shape, order, file));
      }
      model.addOrder(parts.iterator());
    }
    return model.build();
  }

  static NgramPartReader open(NgramShape shape, int order, byte[] file) {
    try {
      SafetensorsHeader header =
          Safetensors.readHeader("part", new ByteArrayInputStream(file), file.length);
      return NgramPartReader.open("part", header, reader(file), shape, order);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static RangeReader reader(byte[] file) {
    return (position, destination, offset, length) -> {
      if (position + length > file.length) {
        throw new EOFException();
      }
      System.arraycopy(file, (int) position, destination, offset, length);
    };
  }
}
