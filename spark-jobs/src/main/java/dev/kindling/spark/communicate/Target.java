package dev.kindling.spark.communicate;

import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** What becomes of a message's bytes as they come. For one message; not thread-safe. */
interface Target {
  /** Bytes of the whole message. */
  int length();

  /** Takes the next bytes: as many as there are, wherever the network has cut them. */
  void write(ByteBuffer part);

  /** They are written to a place, from its position to its limit. */
  static Target place(ByteBuffer place) {
    ByteBuffer own = place.duplicate();
    int length = own.remaining();
    return new Target() {
      @Override
      public int length() {
        return length;
      }

      @Override
      public void write(ByteBuffer part) {
        own.put(part);
      }
    };
  }

  /**
   * They are reduced into a tensor of less than 2 GiB, which saves writing them to memory and
   * reading them again.
   */
  static Target reduced(Reduction reduction, Tensor tensor) {
    return new ReducedTarget(reduction, tensor.dtype(), tensor.byteBuffer());
  }

  /** Whole elements as they come; one that is cut waits for its rest. */
  final class ReducedTarget implements Target {
    private final Reduction reduction;
    private final DType dtype;
    private final ByteBuffer place;
    private final ByteBuffer cut;

    private ReducedTarget(Reduction reduction, DType dtype, ByteBuffer place) {
      this.reduction = reduction;
      this.dtype = dtype;
      this.place = place;
      this.cut = ByteBuffer.allocate(dtype.bytes()).order(ByteOrder.nativeOrder());
    }

    @Override
    public int length() {
      return place.capacity();
    }

    @Override
    public void write(ByteBuffer part) {
      while (cut.position() > 0 && part.hasRemaining()) {
        keep(part);
      }
      int whole = part.remaining() / dtype.bytes() * dtype.bytes();
      if (whole > 0) {
        reduce(part.slice(part.position(), whole));
        part.position(part.position() + whole);
      }
      while (part.hasRemaining()) {
        keep(part);
      }
    }

    private void keep(ByteBuffer part) {
      cut.put(part.get());
      if (!cut.hasRemaining()) {
        reduce(cut.flip());
        cut.clear();
      }
    }

    private void reduce(ByteBuffer elements) {
      int length = elements.remaining();
      reduction.reduceInPlace(dtype, place.slice(place.position(), length), elements);
      place.position(place.position() + length);
    }
  }
}
