package dev.kindling.benchmarks.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class OneDnnMatmulTest {
  @ParameterizedTest
  @EnumSource(Precision.class)
  void itMultiplies(Precision precision) {
    int size = 67;
    try (OneDnnMatmul matmul = new OneDnnMatmul(size, precision)) {
      matmul.execute();

      int row = 5;
      int column = 41;
      double expected = 0;
      for (int k = 0; k < size; k++) {
        float left = matmul.operand(row, k, precision);
        assertThat(left).isBetween(0.5f, 1f);
        expected += (double) left * matmul.operand(k, column, precision);
      }
      assertThat((double) matmul.get(row, column)).isCloseTo(expected, within(1e-4 * expected));
    }
  }
}
