package dev.kindling.model.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindling.model.tensor.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.Test;

class ParameterStoreTest {
  private static final List<ParameterStore.Slice> LAYOUT =
      List.of(
          new ParameterStore.Slice("first", 0, List.of(2L, 3L)),
          new ParameterStore.Slice("second", 6, List.of(5L)));

  @Test
  void slicesAreViewsOfTheFlatVector() {
    try (ParameterStore store = ParameterStore.allocate(LAYOUT, DType.F32)) {
      store.tensor("second").setDoubles(new double[] {1, 2, 3, 4, 5});
      assertThat(store.flat().toDoubles()).containsExactly(0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5);
      assertThat(store.tensor("first").shape()).containsExactly(2, 3);
      assertThat(store.numParameters()).isEqualTo(11);
    }
  }

  @Test
  void bytesAreLittleEndianSingles() {
    try (ParameterStore store = ParameterStore.allocate(LAYOUT, DType.F32)) {
      ByteBuffer source = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
      source.position(4);
      source.putFloat(1.5f).putFloat(-2).putFloat(1e-30f);
      store.writeBytes(4, 3, source.array(), 4);
      assertThat(store.flat().getFloat(4)).isEqualTo(1.5f);
      assertThat(store.flat().getFloat(6)).isEqualTo(1e-30f);
      byte[] read = new byte[16];
      store.readBytes(4, 3, read, 4);
      assertThat(read).isEqualTo(source.array());
    }
  }

  @Test
  void unknownNamesHolesAndRepeatedNamesAreRefused() {
    try (ParameterStore store = ParameterStore.allocate(LAYOUT, DType.F32)) {
      assertThatThrownBy(() -> store.tensor("third"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("there are [first, second]");
    }
    ParameterStore.Slice afterAHole = new ParameterStore.Slice("second", 7, List.of(5L));
    assertThatThrownBy(() -> ParameterStore.allocate(List.of(LAYOUT.get(0), afterAHole), DType.F32))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("starts at 7, expected 6");
    ParameterStore.Slice repeated = new ParameterStore.Slice("first", 6, List.of(5L));
    assertThatThrownBy(() -> ParameterStore.allocate(List.of(LAYOUT.get(0), repeated), DType.F32))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Two slices are named first");
  }
}
