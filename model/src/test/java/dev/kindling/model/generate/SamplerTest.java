package dev.kindling.model.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SamplerTest {
  private static final float NEVER = Float.NEGATIVE_INFINITY;
  private static final int NUM_DRAWS = 200_000;

  @ParameterizedTest
  @ValueSource(doubles = {0.5, 1.0, 2.5})
  void drawsFollowTheSoftmax(double temperature) {
    float[] logits = {0.3f, -2f, 1.7f, NEVER, 1.7f, -0.4f, 0f};
    double[] probabilities = softmax(logits, temperature);

    long[] counts = count(Sampler.of(temperature, 0), logits);

    assertFollows(counts, probabilities);
    assertThat(counts[3]).isZero();
  }

  @Test
  void drawsOfTopKFollowTheSoftmaxOfTheBest() {
    float[] logits = {0.3f, -2f, 1.7f, 0.9f, -0.4f, 1.2f};
    float[] best = {NEVER, NEVER, 1.7f, 0.9f, NEVER, 1.2f};

    long[] counts = count(Sampler.of(0.8, 3), logits);

    assertFollows(counts, softmax(best, 0.8));
  }

  @Test
  void topKNeverLeavesTheSetAtAnyOddSize() {
    Random random = new Random(11);
    float[] logits = new float[1021];
    for (int id = 0; id < logits.length; id++) {
      logits[id] = (float) random.nextGaussian();
    }
    float[] sorted = logits.clone();
    Arrays.sort(sorted);
    for (int k : new int[] {1, 2, 7, 101, 1020}) {
      float worst = sorted[logits.length - k];
      Sampler sampler = Sampler.of(100, k);
      for (int i = 0; i < 5_000; i++) {
        int id = sampler.sample(logits, CounterBasedDraws.uniform(1, k, i));
        assertThat(logits[id]).isGreaterThanOrEqualTo(worst);
      }
    }
  }

  @Test
  void tiesForTheLastPlaceOfTopKGoToTheLowestIds() {
    float[] logits = {1f, 2f, 1f, 1f, -0f, 0f};

    long[] counts = count(Sampler.of(1, 3), logits);

    assertThat(counts[0]).isPositive();
    assertThat(counts[1]).isPositive();
    assertThat(counts[2]).isPositive();
    assertThat(counts[3]).isZero();
    assertThat(counts[4] + counts[5]).isZero();
  }

  @Test
  void zerosOfBothSignsAreEqual() {
    float[] logits = {-0f, 0f, -0f};

    assertThat(Sampler.of(0, 0).sample(logits, 0.9)).isZero();
    long[] counts = count(Sampler.of(1, 2), logits);
    assertThat(counts[0]).isPositive();
    assertThat(counts[1]).isPositive();
    assertThat(counts[2]).isZero();
  }

  @Test
  void greedyTakesTheLowestIdAmongEquals() {
    assertThat(Sampler.of(0, 0).sample(new float[] {-3f, 5f, 5f, 4f}, 0.99)).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 5})
  void aTemperatureNearZeroIsGreedy(int topK) {
    Random random = new Random(5);
    for (int i = 0; i < 500; i++) {
      float[] logits = new float[37];
      for (int id = 0; id < logits.length; id++) {
        logits[id] = 10 * random.nextFloat();
      }
      int greedy = Sampler.of(0, topK).sample(logits, 0.5);
      double draw = CounterBasedDraws.uniform(2, topK, i);
      assertThat(Sampler.of(1e-9, topK).sample(logits, draw)).isEqualTo(greedy);
      assertThat(Sampler.of(Double.MIN_VALUE, topK).sample(logits, draw)).isEqualTo(greedy);
      assertThat(Sampler.of(1, 1).sample(logits, draw)).isEqualTo(greedy);
    }
  }

  @Test
  void aTopKBeyondTheVocabularyTakesAllOfIt() {
    float[] logits = {0.3f, -2f, 1.7f};
    for (int i = 0; i < 100; i++) {
      double draw = i / 100.0;
      assertThat(Sampler.of(1, 1000).sample(logits, draw))
          .isEqualTo(Sampler.of(1, 0).sample(logits, draw));
    }
  }

  @Test
  void extremeLogitsDoNotOverflow() {
    float[] logits = {-Float.MAX_VALUE, Float.MAX_VALUE, NEVER, Float.MAX_VALUE};

    assertThat(count(Sampler.of(1, 0), logits))
        .satisfies(
            counts -> {
              assertThat(counts[0] + counts[2]).isZero();
              assertThat(counts[1]).isBetween(NUM_DRAWS * 49L / 100, NUM_DRAWS * 51L / 100);
            });
  }

  @Test
  void theExtremesOfTheDrawStayAmongTheCandidates() {
    float[] logits = {NEVER, 1f, 1f, NEVER};

    assertThat(Sampler.of(1, 0).sample(logits, 0)).isEqualTo(1);
    assertThat(Sampler.of(1, 0).sample(logits, Math.nextDown(1.0))).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource({"NaN, 0, 0", "NaN, 1, 0", "NaN, 1, 2", "Infinity, 0, 0", "Infinity, 1, 2"})
  void aBrokenLogitIsAnErrorThatNamesTheToken(float broken, double temperature, int topK) {
    float[] logits = {1f, 2f, broken};

    assertThatThrownBy(() -> Sampler.of(temperature, topK).sample(logits, 0.5))
        .isInstanceOf(ArithmeticException.class)
        .hasMessageContaining("the logit of token 2 is " + broken);
  }

  @Test
  void aVocabularyWithoutCandidatesIsAnError() {
    assertThatThrownBy(() -> Sampler.of(1, 1).sample(new float[] {NEVER, NEVER}, 0.5))
        .isInstanceOf(ArithmeticException.class)
        .hasMessageContaining("none of the 2 tokens");
  }

  @ParameterizedTest
  @CsvSource({
    "-1, 0, temperature is -1",
    "NaN, 0, temperature is NaN",
    "1, -1, topK is -1",
    "0, -1, topK is -1",
    "Infinity, 3, temperature is Infinity"
  })
  void impossibleSettingsAreRefused(double temperature, int topK, String message) {
    assertThatThrownBy(() -> Sampler.of(temperature, topK))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  private static long[] count(Sampler sampler, float[] logits) {
    long[] counts = new long[logits.length];
    IntStream.range(0, NUM_DRAWS)
        .forEach(i -> counts[sampler.sample(logits, CounterBasedDraws.uniform(42, 0, i))]++);
    return counts;
  }

  /** Every count lies within 4.5 standard deviations of its expectation; chance fails 1 in 10⁵. */
  private static void assertFollows(long[] counts, double[] probabilities) {
    for (int id = 0; id < counts.length; id++) {
      double p = probabilities[id];
      double deviation = Math.sqrt(NUM_DRAWS * p * (1 - p));
      assertThat((double) counts[id])
          .as("token %d", id)
          .isBetween(NUM_DRAWS * p - 4.5 * deviation, NUM_DRAWS * p + 4.5 * deviation);
    }
  }

  private static double[] softmax(float[] logits, double temperature) {
    double[] weights = new double[logits.length];
    for (int id = 0; id < logits.length; id++) {
      weights[id] = Math.exp(logits[id] / temperature);
    }
    double sum = Arrays.stream(weights).sum();
    return Arrays.stream(weights).map(weight -> weight / sum).toArray();
  }
}
