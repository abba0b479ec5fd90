package dev.kindling.model.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ArenaTest {
  private static final long[] SIZES = {3, 1 << 18, 17, 5 << 18, 1, 1 << 20};

  @Test
  void aStepLikeTheOneBeforeItGetsTheSameMemoryAndNoMore() {
    try (Arena arena = new Arena()) {
      long[] addresses = new long[SIZES.length];
      for (int i = 0; i < SIZES.length; i++) {
        addresses[i] = arena.allocate(DType.F32, SIZES[i]).address();
      }
      long reserved = arena.reservedBytes();
      for (int step = 0; step < 3; step++) {
        arena.reset();
        for (int i = 0; i < SIZES.length; i++) {
          assertThat(arena.allocate(DType.F32, SIZES[i]).address()).isEqualTo(addresses[i]);
        }
      }
      assertThat(arena.reservedBytes()).isEqualTo(reserved);
    }
  }

  @Test
  void tensorsDoNotOverlapAndAreAligned() {
    try (Arena arena = new Arena()) {
      Tensor[] tensors = new Tensor[SIZES.length];
      for (int i = 0; i < SIZES.length; i++) {
        tensors[i] = arena.allocate(DType.I32, SIZES[i]);
        assertThat(tensors[i].address() % 64).isZero();
        int[] content = new int[(int) SIZES[i]];
        Arrays.fill(content, i);
        tensors[i].write(0, content, 0, content.length);
      }
      for (int i = 0; i < SIZES.length; i++) {
        assertThat(tensors[i].toInts()).containsOnly(i);
      }
    }
  }

  @Test
  void aTensorOfAClosedArenaRefusesToBeUsed() {
    Arena arena = new Arena();
    Tensor tensor = arena.allocate(DType.F32, 4);
    arena.close();
    assertThatThrownBy(tensor::toDoubles)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
  }
}
