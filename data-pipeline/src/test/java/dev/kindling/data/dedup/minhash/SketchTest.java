package dev.kindling.data.dedup.minhash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class SketchTest {
  @Test
  void smallSetsAreComparedExactly() {
    byte[] one = Sketch.of(shingles(-3, 1, 2, 5), 16);
    byte[] other = Sketch.of(shingles(-3, 2, 7), 16);
    assertThat(one).hasSize(16);
    assertThat(Sketch.jaccard(one, other, 16)).isEqualTo(2.0 / 5);
    assertThat(Sketch.jaccard(other, one, 16)).isEqualTo(2.0 / 5);
    assertThat(Sketch.jaccard(one, one, 16)).isEqualTo(1);
    assertThat(Sketch.jaccard(one, Sketch.of(shingles(9), 16), 16)).isZero();
  }

  @Test
  void elementsBeyondTheEndOfAFullSketchDoNotCount() {
    byte[] full = Sketch.of(shingles(1, 2, 3, 4), 3);
    byte[] small = Sketch.of(shingles(2, 9), 3);
    assertThat(full).hasSize(12);
    // Known are 1, 2 and 3; 9 may be in both.
    assertThat(Sketch.jaccard(full, small, 3)).isEqualTo(1.0 / 3);
  }

  @Test
  void elementsThatShareTheirUpperBitsAreOne() {
    long[] twins = {1L << 32, (1L << 32) + 1, 2L << 32};
    assertThat(Sketch.of(twins, 16)).containsExactly(0, 0, 0, 1, 0, 0, 0, 2);
  }

  @Test
  void largeSetsAreComparedByAFairSample() {
    Random random = new Random(5);
    int size = 512;
    double sum = 0;
    double sumOfSquares = 0;
    int numTrials = 200;
    for (int trial = 0; trial < numTrials; trial++) {
      long[] union = random.longs(5_000).toArray();
      long[] first = LongStream.of(union).limit(4_500).sorted().toArray();
      long[] second = LongStream.of(union).skip(500).sorted().toArray();
      double estimate = Sketch.jaccard(Sketch.of(first, size), Sketch.of(second, size), size);
      sum += estimate;
      sumOfSquares += (estimate - 0.8) * (estimate - 0.8);
    }
    assertThat(sum / numTrials).isCloseTo(0.8, within(0.005));
    assertThat(Math.sqrt(sumOfSquares / numTrials)).isBetween(0.012, 0.021);
  }

  private static long[] shingles(long... upperHalves) {
    return LongStream.of(upperHalves).map(half -> half << 32).toArray();
  }
}
