package dev.kindling.spark.communicate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kindling.model.tensor.BFloat16;
import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.OffHeapMemory;
import dev.kindling.model.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The network cuts a message anywhere, also inside of an element. */
class TargetTest {
  private static final int NUM_ELEMENTS = 11;

  @ParameterizedTest
  @CsvSource({
    "F32, 1",
    "F32, 3",
    "F32, 4",
    "F32, 5",
    "F32, 7",
    "F32, 44",
    "F64, 1",
    "F64, 3",
    "F64, 9",
    "F64, 13",
    "BF16, 1",
    "BF16, 3",
    "BF16, 22"
  })
  void elementsAreReducedWhereverTheyAreCut(DType dtype, int partBytes) {
    ByteBuffer message = bytes(dtype);
    for (int i = 0; i < NUM_ELEMENTS; i++) {
      put(message, dtype, i, i + 1);
    }
    try (OffHeapMemory memory = OffHeapMemory.allocate(dtype, NUM_ELEMENTS)) {
      Tensor tensor = memory.tensor(0, dtype, NUM_ELEMENTS);
      ByteBuffer place = tensor.byteBuffer().order(ByteOrder.nativeOrder());
      for (int i = 0; i < NUM_ELEMENTS; i++) {
        put(place, dtype, i, 100 * i);
      }

      Target target = Target.reduced(Reduction.SUM, tensor);
      assertThat(target.length()).isEqualTo(message.capacity());
      writeInParts(target, message, partBytes);

      ByteBuffer expected = bytes(dtype);
      for (int i = 0; i < NUM_ELEMENTS; i++) {
        put(expected, dtype, i, 100 * i + i + 1);
      }
      assertThat(tensor.byteBuffer()).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 44})
  void bytesAreWrittenAsTheyAre(int partBytes) {
    ByteBuffer message = bytes(DType.F32);
    for (int i = 0; i < message.capacity(); i++) {
      message.put(i, (byte) (i + 1));
    }
    ByteBuffer place = bytes(DType.F32);

    writeInParts(Target.place(place), message, partBytes);

    assertThat(place).isEqualTo(message);
  }

  private static void writeInParts(Target target, ByteBuffer message, int partBytes) {
    for (int at = 0; at < message.capacity(); at += partBytes) {
      // As the network gives it: direct, read-only and in any byte order.
      ByteBuffer part = ByteBuffer.allocateDirect(partBytes);
      part.put(0, message, at, Math.min(partBytes, message.capacity() - at));
      part.limit(Math.min(partBytes, message.capacity() - at));
      target.write(part.asReadOnlyBuffer());
    }
  }

  private static ByteBuffer bytes(DType dtype) {
    return ByteBuffer.allocate(NUM_ELEMENTS * dtype.bytes()).order(ByteOrder.nativeOrder());
  }

  private static void put(ByteBuffer bytes, DType dtype, int element, double value) {
    int at = element * dtype.bytes();
    switch (dtype) {
      case F32 -> bytes.putFloat(at, (float) value);
      case F64 -> bytes.putDouble(at, value);
      case BF16 -> bytes.putShort(at, BFloat16.fromFloat((float) value));
      case I32 -> bytes.putInt(at, (int) value);
    }
  }
}
