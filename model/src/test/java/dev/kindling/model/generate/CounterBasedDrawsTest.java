package dev.kindling.model.generate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CounterBasedDrawsTest {
  private static final int SIDE = 60;

  @Test
  void drawsNeverChange() {
    assertThat(CounterBasedDraws.uniform(1, 2, 3)).isEqualTo(0.4644077649833718);
    assertThat(CounterBasedDraws.uniform(-7, 0, 0)).isEqualTo(0.1401309856140358);
    assertThat(CounterBasedDraws.uniform(1L << 40, 5, 1023)).isEqualTo(0.3643405761731763);
  }

  @Test
  void everyKeyHasItsOwnDraw() {
    Set<Double> draws = new HashSet<>();
    for (long seed = -30; seed < SIDE - 30; seed++) {
      for (long sample = 0; sample < SIDE; sample++) {
        for (long position = 0; position < SIDE; position++) {
          draws.add(CounterBasedDraws.uniform(seed, sample, position));
        }
      }
    }
    assertThat(draws).hasSize(SIDE * SIDE * SIDE);
  }

  @Test
  void drawsAreUniformAlongEveryKey() {
    for (int key = 0; key < 3; key++) {
      int[] bins = new int[100];
      for (long i = 0; i < 100_000; i++) {
        double draw =
            CounterBasedDraws.uniform(key == 0 ? i : 5, key == 1 ? i : 5, key == 2 ? i : 5);
        assertThat(draw).isBetween(0.0, Math.nextDown(1.0));
        bins[(int) (draw * bins.length)]++;
      }
      double chiSquare = 0;
      for (int count : bins) {
        chiSquare += (count - 1000) * (count - 1000) / 1000.0;
      }
      // 99 degrees of freedom: mean 99, standard deviation 14.
      assertThat(chiSquare).as("key %d", key).isBetween(40.0, 170.0);
    }
  }

  @Test
  void neighbouringPositionsAreNotCorrelated() {
    int numPairs = 100_000;
    double sum = 0;
    for (long i = 0; i < numPairs; i++) {
      sum +=
          (CounterBasedDraws.uniform(9, 0, i) - 0.5)
              * (CounterBasedDraws.uniform(9, 0, i + 1) - 0.5);
    }
    // The correlation's standard deviation is 1 / √n.
    assertThat(Math.abs(sum / numPairs * 12)).isLessThan(4.5 / Math.sqrt(numPairs));
  }
}
