package dev.kindling.model.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TensorTest {
  private final OffHeapMemory memory = OffHeapMemory.allocate(DType.F32, 3, 5);
  private final Tensor tensor = memory.tensor(0, DType.F32, 3, 5);

  @AfterEach
  void close() {
    memory.close();
  }

  @Test
  void newMemoryIsZero() {
    assertThat(tensor.toDoubles()).hasSize(15).containsOnly(0);
  }

  @Test
  void memoryThatIsHeldIsCounted() {
    long numBytes = 64L << 20;
    long before = OffHeapMemory.totalBytes();
    try (OffHeapMemory large = OffHeapMemory.allocateUndefined(numBytes)) {
      assertThat(OffHeapMemory.totalBytes()).isGreaterThanOrEqualTo(before + large.numBytes() / 2);
    }
    assertThat(OffHeapMemory.totalBytes()).isLessThan(before + numBytes / 2);
  }

  @Test
  void viewsShareTheirElements() {
    tensor.write(0, new float[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14}, 0, 15);
    Tensor secondRow = tensor.slice(5, 1, 5);
    assertThat(secondRow.toDoubles()).containsExactly(5, 6, 7, 8, 9);
    secondRow.setFloat(2, -1);
    assertThat(tensor.reshape(15).getFloat(7)).isEqualTo(-1);
  }

  @Test
  void whatDoesNotFitIsRefused() {
    assertThatThrownBy(() -> tensor.reshape(4, 4)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> tensor.slice(11, 5)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> tensor.read(14, new float[2], 0, 2))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> memory.tensor(4, DType.F32, 15))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(tensor::toInts)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("F32[3, 5] was used where I32 is expected");
  }
}
