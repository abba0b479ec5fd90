package dev.kindling.model.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SamplerTest {
  private static final float NEVER = Float.NEGATIVE_INFINITY;
  private static final int NUM_DRAWS = 200_000;
  private static final BitSet NOTHING = new BitSet();
  private static final Sampler GREEDY = new Sampler(SamplingSettings.GREEDY);

  private static Sampler temperature(double temperature) {
    return new Sampler(new SamplingSettings(temperature));
  }

  private static Sampler topK(double temperature, int topK) {
    return new Sampler(new SamplingSettings(temperature, topK, 1, 1));
  }

  private static Sampler topP(double temperature, double topP) {
    return new Sampler(new SamplingSettings(temperature, 0, topP, 1));
  }

  private static Sampler penalty(double temperature, double repetitionPenalty) {
    return new Sampler(new SamplingSettings(temperature, 0, 1, repetitionPenalty));
  }

  private static BitSet tokens(int... ids) {
    BitSet tokens = new BitSet();
    Arrays.stream(ids).forEach(tokens::set);
    return tokens;
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.5, 1.0, 2.5})
  void drawsFollowTheSoftmax(double temperature) {
    float[] logits = {0.3f, -2f, 1.7f, NEVER, 1.7f, -0.4f, 0f};

    assertFollows(count(temperature(temperature), logits, NOTHING), softmax(logits, temperature));
  }

  @Test
  void drawsOfTopKFollowTheSoftmaxOfTheBest() {
    float[] logits = {0.3f, -2f, 1.7f, 0.9f, -0.4f, 1.2f};
    float[] best = {NEVER, NEVER, 1.7f, 0.9f, NEVER, 1.2f};

    assertFollows(count(topK(0.8, 3), logits, NOTHING), softmax(best, 0.8));
  }

  /** The probabilities are 0.4, 0.3, 0.2, 0.1. */
  @ParameterizedTest
  @CsvSource({
    "0.0001, 1",
    "0.39, 1",
    "0.41, 2",
    "0.69, 2",
    "0.71, 3",
    "0.89, 3",
    "0.91, 4",
    "0.99999, 4",
    "1, 4"
  })
  void drawsOfTopPFollowTheSmallestSetThatHasTheProbability(double topP, int numKept) {
    double[] probabilities = {0.2, 0.4, 0.1, 0.3};
    int[] fallingOrder = {1, 3, 0, 2};
    float[] logits = new float[4];
    float[] kept = {NEVER, NEVER, NEVER, NEVER};
    for (int i = 0; i < 4; i++) {
      logits[i] = (float) Math.log(probabilities[i]) + 3;
    }
    for (int rank = 0; rank < numKept; rank++) {
      kept[fallingOrder[rank]] = logits[fallingOrder[rank]];
    }

    assertFollows(count(topP(1, topP), logits, NOTHING), softmax(kept, 1));
  }

  /** At temperature 0.5 the best of 0.4, 0.3, 0.2, 0.1 has 0.53. */
  @Test
  void topPLooksAtTheProbabilitiesThatTemperatureMakes() {
    float[] logits = new float[4];
    for (int i = 0; i < 4; i++) {
      logits[i] = (float) Math.log(0.1 * (i + 1));
    }

    assertThat(numberOfTokens(topP(1, 0.5), logits)).isEqualTo(2);
    assertThat(numberOfTokens(topP(0.5, 0.5), logits)).isEqualTo(1);
  }

  /** Of the three best, whose probabilities become 0.44, 0.33, 0.22. */
  @Test
  void topPLooksAtTheProbabilitiesThatTopKMakes() {
    float[] logits = new float[4];
    for (int i = 0; i < 4; i++) {
      logits[i] = (float) Math.log(0.1 * (i + 1));
    }

    assertThat(numberOfTokens(new Sampler(new SamplingSettings(1, 0, 0.72, 1)), logits))
        .isEqualTo(3);
    assertThat(numberOfTokens(new Sampler(new SamplingSettings(1, 3, 0.72, 1)), logits))
        .isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.3, 0.5, 0.9, 0.999})
  void topPKeepsWhatSortingEverythingKeeps(double topP) {
    Random random = new Random(3);
    float[] logits = new float[1021];
    for (int id = 0; id < logits.length; id++) {
      logits[id] = (float) (3 * random.nextGaussian());
    }
    double[] probabilities = softmax(logits, 1);
    Integer[] order = IntStream.range(0, logits.length).boxed().toArray(Integer[]::new);
    Arrays.sort(order, (a, b) -> Double.compare(probabilities[b], probabilities[a]));
    BitSet expected = new BitSet();
    double mass = 0;
    for (int rank = 0; mass < topP; rank++) {
      expected.set(order[rank]);
      mass += probabilities[order[rank]];
    }

    BitSet drawn = new BitSet();
    Sampler sampler = topP(1, topP);
    for (int i = 0; i < 5_000; i++) {
      int id = sampler.sample(logits, NOTHING, CounterBasedDraws.uniform(1, 7, i));
      assertThat(expected.get(id)).as("token %d", id).isTrue();
      drawn.set(id);
    }
    // The last of the set is reached by the last of the draws.
    int last = expected.length() - 1;
    assertThat(sampler.sample(logits, NOTHING, Math.nextDown(1.0))).isEqualTo(last);
    assertThat(drawn.cardinality()).isGreaterThan(expected.cardinality() / 3);
  }

  @Test
  void aVanishingTopPIsGreedy() {
    float[] logits = {1f, 3f, 3f, 2f};
    float[] equal = new float[1000];
    for (double topP : new double[] {Double.MIN_VALUE, 1e-300, 1e-9}) {
      for (double draw : new double[] {0, 0.5, Math.nextDown(1.0)}) {
        assertThat(topP(1, topP).sample(logits, NOTHING, draw)).isEqualTo(1);
        assertThat(topP(1, topP).sample(equal, NOTHING, draw)).isZero();
      }
    }
  }

  @Test
  void tiesForTheLastPlaceOfTopPGoToTheLowestIds() {
    float[] logits = {0f, 0f, 0f, 0f};

    long[] counts = count(topP(1, 0.6), logits, NOTHING);

    assertThat(counts[2]).isPositive();
    assertThat(counts[3]).isZero();
  }

  @Test
  void tokensOfTheTextHaveTheirPositiveLogitsDividedAndTheirNegativeOnesMultiplied() {
    float[] logits = {2f, 2f, -1f, -1f, 0f, 0f};
    float[] penalized = {2f, 1f, -1f, -2f, 0f, 0f};

    long[] counts = count(penalty(1, 2), logits, tokens(1, 3, 5));

    assertFollows(counts, softmax(penalized, 1));
  }

  @Test
  void aRepetitionPenaltyBelowOneMakesTokensOfTheTextMoreLikely() {
    float[] logits = {2f, 2f, -1f, -1f};
    float[] rewarded = {2f, 4f, -1f, -0.5f};

    assertFollows(count(penalty(1, 0.5), logits, tokens(1, 3)), softmax(rewarded, 1));
  }

  @Test
  void theRepetitionPenaltyActsOnGreedyChoicesToo() {
    float[] logits = {3f, 2.9f, -5f};

    assertThat(penalty(0, 1.2).sample(logits, tokens(0), 0.5)).isEqualTo(1);
    assertThat(penalty(0, 1.2).sample(logits, tokens(0, 1), 0.5)).isZero();
    assertThat(penalty(0, 1).sample(logits, tokens(0), 0.5)).isZero();
  }

  @Test
  void theRepetitionPenaltyActsOnLogitsBeforeTemperatureDoes() {
    float[] logits = {2f, 1f, -1f};
    float[] penalized = {1f, 1f, -2f};

    assertFollows(count(penalty(0.7, 2), logits, tokens(0, 2)), softmax(penalized, 0.7));
  }

  @Test
  void tokensThatAreNeverChosenStaySoUnderEveryPenalty() {
    float[] logits = {NEVER, 1f, NEVER};

    for (double penalty : new double[] {0.01, 100}) {
      assertThat(penalty(1, penalty).sample(logits, tokens(0, 1, 2), 0)).isEqualTo(1);
    }
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
      Sampler sampler = topK(100, k);
      for (int i = 0; i < 5_000; i++) {
        int id = sampler.sample(logits, NOTHING, CounterBasedDraws.uniform(1, k, i));
        assertThat(logits[id]).isGreaterThanOrEqualTo(worst);
      }
    }
  }

  @Test
  void tiesForTheLastPlaceOfTopKGoToTheLowestIds() {
    float[] logits = {1f, 2f, 1f, 1f, -0f, 0f};

    long[] counts = count(topK(1, 3), logits, NOTHING);

    assertThat(counts[0]).isPositive();
    assertThat(counts[1]).isPositive();
    assertThat(counts[2]).isPositive();
    assertThat(counts[3]).isZero();
    assertThat(counts[4] + counts[5]).isZero();
  }

  @Test
  void zerosOfBothSignsAreEqual() {
    float[] logits = {-0f, 0f, -0f};

    assertThat(GREEDY.sample(logits, NOTHING, 0.9)).isZero();
    for (Sampler sampler : new Sampler[] {topK(1, 2), topP(1, 0.6)}) {
      long[] counts = count(sampler, logits, NOTHING);
      assertThat(counts[0]).isPositive();
      assertThat(counts[1]).isPositive();
      assertThat(counts[2]).isZero();
    }
  }

  @Test
  void greedyTakesTheLowestIdAmongEquals() {
    assertThat(GREEDY.sample(new float[] {-3f, 5f, 5f, 4f}, NOTHING, 0.99)).isEqualTo(1);
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
      int greedy = topK(0, topK).sample(logits, NOTHING, 0.5);
      double draw = CounterBasedDraws.uniform(2, topK, i);
      assertThat(topK(1e-9, topK).sample(logits, NOTHING, draw)).isEqualTo(greedy);
      assertThat(topK(Double.MIN_VALUE, topK).sample(logits, NOTHING, draw)).isEqualTo(greedy);
      assertThat(topK(1, 1).sample(logits, NOTHING, draw)).isEqualTo(greedy);
    }
  }

  @Test
  void aTopKBeyondTheVocabularyTakesAllOfIt() {
    float[] logits = {0.3f, -2f, 1.7f};
    for (int i = 0; i < 100; i++) {
      double draw = i / 100.0;
      assertThat(topK(1, 1000).sample(logits, NOTHING, draw))
          .isEqualTo(topK(1, 0).sample(logits, NOTHING, draw));
    }
  }

  @Test
  void extremeLogitsDoNotOverflow() {
    float[] logits = {-Float.MAX_VALUE, Float.MAX_VALUE, NEVER, Float.MAX_VALUE};
    Sampler everything = new Sampler(new SamplingSettings(1, 3, 0.9999, 0.01));

    for (Sampler sampler : new Sampler[] {temperature(1), everything}) {
      long[] counts = count(sampler, logits, tokens(0, 1, 2, 3));
      assertThat(counts[0] + counts[2]).isZero();
      assertThat(counts[1]).isBetween(NUM_DRAWS * 49L / 100, NUM_DRAWS * 51L / 100);
    }
  }

  @Test
  void theExtremesOfTheDrawStayAmongTheCandidates() {
    float[] logits = {NEVER, 1f, 1f, NEVER};

    assertThat(temperature(1).sample(logits, NOTHING, 0)).isEqualTo(1);
    assertThat(temperature(1).sample(logits, NOTHING, Math.nextDown(1.0))).isEqualTo(2);
  }

  @Test
  void theLogitsThatWereGivenStayAsTheyAre() {
    float[] logits = {1f, 2f, 3f};

    new Sampler(new SamplingSettings(0.5, 2, 0.5, 2)).sample(logits, tokens(0, 2), 0.5);

    assertThat(logits).containsExactly(1f, 2f, 3f);
  }

  @ParameterizedTest
  @CsvSource({"NaN, 0, 0", "NaN, 1, 0", "NaN, 1, 2", "Infinity, 0, 0", "Infinity, 1, 2"})
  void aBrokenLogitIsAnErrorThatNamesTheToken(float broken, double temperature, int topK) {
    float[] logits = {1f, 2f, broken};

    assertThatThrownBy(() -> topK(temperature, topK).sample(logits, NOTHING, 0.5))
        .isInstanceOf(ArithmeticException.class)
        .hasMessageContaining("the logit of token 2 is " + broken);
  }

  @Test
  void aVocabularyWithoutCandidatesIsAnError() {
    assertThatThrownBy(() -> topK(1, 1).sample(new float[] {NEVER, NEVER}, NOTHING, 0.5))
        .isInstanceOf(ArithmeticException.class)
        .hasMessageContaining("none of the 2 tokens");
  }

  @ParameterizedTest
  @CsvSource({
    "-1, 0, 1, 1, temperature is -1",
    "NaN, 0, 1, 1, temperature is NaN",
    "Infinity, 3, 1, 1, temperature is Infinity",
    "1, -1, 1, 1, topK is -1",
    "0, -1, 1, 1, topK is -1",
    "1, 0, 0, 1, topP is 0.0",
    "1, 0, 1.01, 1, topP is 1.01",
    "1, 0, NaN, 1, topP is NaN",
    "1, 0, 1, 0, repetitionPenalty is 0.0",
    "1, 0, 1, 101, repetitionPenalty is 101.0",
    "1, 0, 1, NaN, repetitionPenalty is NaN"
  })
  void impossibleSettingsAreRefused(
      double temperature, int topK, double topP, double penalty, String message) {
    assertThatThrownBy(() -> new SamplingSettings(temperature, topK, topP, penalty))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  private static long[] count(Sampler sampler, float[] logits, BitSet occurring) {
    long[] counts = new long[logits.length];
    IntStream.range(0, NUM_DRAWS)
        .forEach(
            i -> counts[sampler.sample(logits, occurring, CounterBasedDraws.uniform(42, 0, i))]++);
    return counts;
  }

  private static long numberOfTokens(Sampler sampler, float[] logits) {
    return Arrays.stream(count(sampler, logits, NOTHING)).filter(count -> count > 0).count();
  }

  /**
   * Pearson's chi-square lies below its mean plus 4.5 standard deviations, and what has no
   * probability is never drawn.
   */
  private static void assertFollows(long[] counts, double[] probabilities) {
    double chiSquare = 0;
    int freedom = -1;
    for (int id = 0; id < counts.length; id++) {
      double expected = NUM_DRAWS * probabilities[id];
      if (expected == 0) {
        assertThat(counts[id]).as("token %d", id).isZero();
      } else {
        chiSquare += (counts[id] - expected) * (counts[id] - expected) / expected;
        freedom++;
      }
    }
    assertThat(chiSquare).isLessThanOrEqualTo(freedom + 4.5 * Math.sqrt(2.0 * freedom));
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
