package dev.kindling.model.random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RandomStreamTest {
  private static final int NUM_DRAWS = 100_000;

  @Test
  void aStreamReadsTheDrawsOfItsKeyInOrder() {
    RandomStream random = new RandomStream(3);
    assertThat(random.nextDouble()).isEqualTo(CounterBasedRandom.uniform(3, 0));
    assertThat(random.nextInt(1000)).isEqualTo((int) (CounterBasedRandom.uniform(3, 1) * 1000));
    assertThat(random.nextBoolean(0.5)).isEqualTo(CounterBasedRandom.uniform(3, 2) < 0.5);
    assertThat(random.nextDouble()).isEqualTo(CounterBasedRandom.uniform(3, 3));
  }

  @Test
  void integersAreUniformBelowTheirBound() {
    RandomStream random = new RandomStream(1);
    int[] counts = new int[7];
    for (int i = 0; i < NUM_DRAWS; i++) {
      counts[random.nextInt(7)]++;
    }
    double expected = NUM_DRAWS / 7.0;
    double chiSquare =
        Arrays.stream(counts).mapToDouble(c -> (c - expected) * (c - expected)).sum();
    // 6 degrees of freedom: 99.9 % of the values are below 22.5.
    assertThat(chiSquare / expected).isLessThan(22.5);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.5, 3.5, 40})
  void poissonNumbersHaveTheirMeanTheirVarianceAndTheirShareOfZeros(double mean) {
    RandomStream random = new RandomStream(2);
    double sum = 0;
    double sumOfSquares = 0;
    int numZeros = 0;
    for (int i = 0; i < NUM_DRAWS; i++) {
      int count = random.nextPoisson(mean);
      sum += count;
      sumOfSquares += (count - mean) * (count - mean);
      numZeros += count == 0 ? 1 : 0;
    }
    // Five standard deviations each; the variance of the squares is mean + 2 · mean².
    assertThat(sum / NUM_DRAWS).isCloseTo(mean, within(5 * Math.sqrt(mean / NUM_DRAWS)));
    assertThat(sumOfSquares / NUM_DRAWS)
        .isCloseTo(mean, within(5 * Math.sqrt((mean + 2 * mean * mean) / NUM_DRAWS)));
    double zeros = Math.exp(-mean);
    assertThat((double) numZeros / NUM_DRAWS)
        .isCloseTo(zeros, within(5 * Math.sqrt(zeros * (1 - zeros) / NUM_DRAWS)));
  }

  @Test
  void shufflingReachesEveryOrderEquallyOften() {
    RandomStream random = new RandomStream(4);
    Map<String, Integer> counts = new HashMap<>();
    for (int i = 0; i < 24_000; i++) {
      int[] values = {0, 1, 2, 3};
      random.shuffle(values);
      counts.merge(Arrays.toString(values), 1, Integer::sum);
    }
    assertThat(counts).hasSize(24);
    // Six standard deviations around 1000.
    assertThat(counts.values()).allSatisfy(count -> assertThat(count).isBetween(815, 1185));
  }

  @Test
  void choosingReachesEveryChoiceEquallyOften() {
    RandomStream random = new RandomStream(5);
    Map<String, Integer> counts = new HashMap<>();
    for (int i = 0; i < 10_000; i++) {
      counts.merge(Arrays.toString(random.nextChoice(5, 2)), 1, Integer::sum);
    }
    assertThat(counts).hasSize(10);
    // Six standard deviations around 1000.
    assertThat(counts.values()).allSatisfy(count -> assertThat(count).isBetween(820, 1180));
    assertThat(random.nextChoice(3, 0)).containsOnly(false);
    assertThat(random.nextChoice(3, 3)).containsOnly(true);
  }

  @Test
  void everyPartOfANoiseKeyGivesAnotherStream() {
    Set<Double> draws = new HashSet<>();
    for (int seed = 0; seed < 10; seed++) {
      for (int epoch = 0; epoch < 10; epoch++) {
        for (int index = 0; index < 10; index++) {
          draws.add(new NoiseKey(seed, epoch, index).stream().nextDouble());
        }
      }
    }
    assertThat(draws).hasSize(1000);
    assertThat(new NoiseKey(1, 2, 3).stream().nextDouble())
        .isEqualTo(new NoiseKey(1, 2, 3).stream().nextDouble());
  }

  @Test
  void impossibleRequestsAreRefused() {
    RandomStream random = new RandomStream(0);
    assertThatThrownBy(() -> random.nextInt(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("bound is 0: it must be 1 or more");
    assertThatThrownBy(() -> random.nextBoolean(1.5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("1.5");
    assertThatThrownBy(() -> random.nextChoice(3, 4))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("4 of 3 items");
    assertThatThrownBy(() -> random.nextPoisson(Double.NaN))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("NaN");
    assertThatThrownBy(() -> random.nextPoisson(501))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("501");
  }
}
