package dev.kindling.data.shard;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MixtureOrderTest {
  @Test
  void halfAndHalfTakeTurns() {
    MixtureOrder order = new MixtureOrder(new double[] {2, 2});
    for (long sample = 0; sample < 10; sample++) {
      assertThat(order.part(sample)).isEqualTo((int) (sample % 2));
      assertThat(order.number(sample)).isEqualTo(sample / 2);
    }
  }

  @Test
  void threeToOneGivesEveryFourthSampleToTheSmaller() {
    MixtureOrder order = new MixtureOrder(new double[] {0.75, 0.25});
    int[] parts = new int[8];
    Arrays.setAll(parts, order::part);
    assertThat(parts).containsExactly(0, 0, 1, 0, 0, 0, 1, 0);
  }

  @Test
  void everyPartIsCountedThroughWithoutGapsAndKeepsItsShare() {
    Random random = new Random(1);
    for (int numParts : new int[] {1, 2, 3, 7, 100}) {
      double[] weights = random.doubles(numParts, 0.01, 1).toArray();
      double total = Arrays.stream(weights).sum();
      MixtureOrder order = new MixtureOrder(weights);
      long[] next = new long[numParts];
      for (long sample = 0; sample < 3L * MixtureOrder.BLOCK; sample++) {
        int part = order.part(sample);
        assertThat(order.number(sample)).isEqualTo(next[part]++);
        double due = (sample + 1) * weights[part] / total;
        assertThat(next[part]).isBetween((long) due - numParts - 4, (long) due + numParts + 4);
      }
    }
  }

  @Test
  void farSamplesAreFoundWithoutWalkingThere() {
    MixtureOrder order = new MixtureOrder(new double[] {1, 3});
    long far = 1L << 50;
    assertThat(order.number(far)).isBetween(far / 4 * 3 - 1, far / 4 * 3 + 1);
    assertThat(order.part(far)).isEqualTo(1);
  }

  @Test
  void aTinyWeightStillGetsItsSamples() {
    MixtureOrder order = new MixtureOrder(new double[] {1, 1.0 / MixtureOrder.BLOCK});
    long seen = 0;
    for (long sample = 0; sample < MixtureOrder.BLOCK; sample++) {
      seen += order.part(sample);
    }
    assertThat(seen).isEqualTo(1);
  }
}
