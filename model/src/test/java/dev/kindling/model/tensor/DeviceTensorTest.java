package dev.kindling.model.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Tensors that Java's threads reach by copies alone. */
class DeviceTensorTest {
  @Test
  void elementsAreReadAndWrittenThroughCopies() {
    FakeDevice device = FakeDevice.ofBytes(7 * Float.BYTES);
    try (OffHeapMemory memory = device.memory()) {
      Tensor tensor = memory.tensor(Float.BYTES, DType.F32, 6);
      tensor.setDoubles(new double[] {1, 2, 3, 4, 5, 6});
      tensor.slice(2, 2).write(0, new float[] {-3, -4}, 0, 2);

      assertThat(tensor.toDoubles()).containsExactly(1, 2, -3, -4, 5, 6);
      assertThat(memory.tensor(0, DType.F32, 1).getFloat(0)).isZero();
      assertThatThrownBy(tensor::pointer).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(tensor::byteBuffer)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageStartingWith("F32[6] lies on a device");
    }
  }

  /** A model's bytes must not be on the host once more as a whole. */
  @Test
  void manyBytesCrossInAFewLargeCopies() {
    int length = (20 << 20) / Float.BYTES + 1;
    byte[] bytes = new byte[3 + length * Float.BYTES];
    new SplittableRandom(1).nextBytes(bytes);
    FakeDevice device = FakeDevice.ofBytes((2L + length) * Float.BYTES);
    try (OffHeapMemory memory = device.memory()) {
      Tensor tensor = memory.tensor(0, DType.F32, length + 2);
      tensor.writeBytes(1, length, bytes, 3);
      byte[] read = new byte[bytes.length];
      System.arraycopy(bytes, 0, read, 0, 3);
      tensor.readBytes(1, length, read, 3);

      assertThat(read).isEqualTo(bytes);
      assertThat(device.numCopies()).isEqualTo(4);
      assertThat(tensor.getFloat(0)).isZero();
      assertThat(tensor.getFloat(length + 1)).isZero();
    }
  }

  @Test
  void aTensorIsCopiedInOneCopyWhereverItLies() {
    FakeDevice device = FakeDevice.ofBytes(5 * Float.BYTES);
    try (OffHeapMemory host = OffHeapMemory.allocate(DType.F32, 8);
        OffHeapMemory memory = device.memory()) {
      Tensor first = host.tensor(0, DType.F32, 4);
      Tensor second = host.tensor(4 * Float.BYTES, DType.F32, 2, 2);
      Tensor onDevice = memory.tensor(Float.BYTES, DType.F32, 4);
      first.setDoubles(new double[] {1, 2, 3, 4});
      onDevice.copyFrom(first);
      second.copyFrom(onDevice);
      assertThat(second.toDoubles()).containsExactly(1, 2, 3, 4);
      assertThat(device.numCopies()).isEqualTo(2);

      first.setDoubles(new double[] {5, 6, 7, 8});
      second.copyFrom(first);
      assertThat(second.toDoubles()).containsExactly(5, 6, 7, 8);

      assertThatThrownBy(() -> onDevice.copyFrom(onDevice))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("a backend copies between them");
      assertThatThrownBy(() -> first.copyFrom(second.slice(0, 3)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("type or size differ");
    }
  }
}
