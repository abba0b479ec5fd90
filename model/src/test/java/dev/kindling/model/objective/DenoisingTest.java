package dev.kindling.model.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.kindling.model.batch.SequenceToSequenceBatch;
import dev.kindling.model.random.NoiseKey;
import dev.kindling.model.random.RandomStream;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DenoisingTest {
  private static final SpecialTokens.Bart TOKENS = SpecialTokens.Bart.behind(1000);
  private static final int BOS = TOKENS.bos();
  private static final int PAD = TOKENS.pad();
  private static final int EOS = TOKENS.eos();
  private static final int MASK = TOKENS.mask();
  private static final Set<Integer> FULL_STOPS = Set.of(9, 99);
  private static final TextInfilling NO_INFILLING = new TextInfilling(0, 3.5, 0);
  private static final int NUM_SAMPLES = 4000;

  private static Denoising only(
      double permuteSentences, double insertRatio, double deleteRatio, double rotateProbability) {
    return new Denoising(
        16,
        TOKENS,
        FULL_STOPS,
        new DenoisingNoise(
            permuteSentences, NO_INFILLING, insertRatio, deleteRatio, rotateProbability));
  }

  private static int[] noised(Denoising objective, long index, int... text) {
    SequenceToSequenceBatch batch = objective.batch(List.of(Samples.sample(index, text)));
    int length = batch.inputLengths()[0];
    assertThat(batch.inputs()[0]).isEqualTo(BOS);
    assertThat(batch.inputs()[length - 1]).isEqualTo(EOS);
    return Arrays.copyOfRange(batch.inputs(), 1, length - 1);
  }

  private static Map<String, Integer> countNoised(Denoising objective, int... text) {
    Map<String, Integer> counts = new HashMap<>();
    for (int index = 0; index < NUM_SAMPLES; index++) {
      counts.merge(Arrays.toString(noised(objective, index, text)), 1, Integer::sum);
    }
    return counts;
  }

  private static void assertUniform(Map<String, Integer> counts) {
    Samples.assertUniform(counts.values().stream().mapToInt(Integer::intValue).toArray());
  }

  /** Full stops inside of sentences that are known end none. */
  @Test
  void sentencesThatAreKnownArePermutedWhateverTheirTokens() {
    Denoising objective = only(1, 0, 0, 0);
    Map<String, Integer> counts = new HashMap<>();
    for (int index = 0; index < NUM_SAMPLES; index++) {
      RawSample sample =
          new RawSample(
              new NoiseKey(5, 0, index),
              new int[] {1, 9, 2, 3, 99, 4},
              new int[] {3, 4},
              OtherDocument.NONE);
      SequenceToSequenceBatch batch = objective.batch(List.of(sample));
      int[] text = Arrays.copyOfRange(batch.inputs(), 1, batch.inputLengths()[0] - 1);
      counts.merge(Arrays.toString(text), 1, Integer::sum);
    }
    assertThat(counts)
        .containsOnlyKeys(
            "[1, 9, 2, 3, 99, 4]",
            "[1, 9, 2, 99, 4, 3]",
            "[3, 1, 9, 2, 99, 4]",
            "[3, 99, 4, 1, 9, 2]",
            "[99, 4, 1, 9, 2, 3]",
            "[99, 4, 3, 1, 9, 2]");
    assertUniform(counts);
  }

  @Test
  void theTargetIsTheTextAndTheDecoderReadsItOnePlaceLater() {
    SequenceToSequenceBatch batch =
        new Denoising(6, TOKENS, FULL_STOPS, new DenoisingNoise(0, NO_INFILLING, 0, 0, 0))
            .batch(List.of(Samples.sample(0, 1, 2), Samples.sample(1, 3, 4, 5, 6)));

    assertThat(batch.inputs()).containsExactly(BOS, 1, 2, EOS, PAD, PAD, BOS, 3, 4, 5, 6, EOS);
    assertThat(batch.inputLengths()).containsExactly(4, 6);
    assertThat(batch.targets()).containsExactly(BOS, 1, 2, EOS, -1, -1, BOS, 3, 4, 5, 6, EOS);
    assertThat(batch.decoderInputs())
        .containsExactly(EOS, BOS, 1, 2, PAD, PAD, EOS, BOS, 3, 4, 5, 6);
  }

  @Test
  void theTargetIsTheTextWhateverTheNoise() {
    DenoisingNoise all = new DenoisingNoise(1, TextInfilling.bart(), 0.2, 0.2, 1);
    Denoising objective = new Denoising(34, TOKENS, FULL_STOPS, all);
    int[] text = Samples.text(0, 32);
    Samples.forEach(
        1000,
        text,
        samples -> {
          int[] targets = objective.batch(samples).targets();
          assertThat(targets).startsWith(BOS).endsWith(EOS);
          assertThat(Arrays.copyOfRange(targets, 1, 33)).isEqualTo(text);
        });
  }

  @Test
  void everySpanBecomesOneMaskAndExactlyTheShareOfTokensIsLeftOut() {
    TextInfilling infilling = new TextInfilling(0.3, 3.5, 0);
    int[] text = Samples.text(0, 101);
    for (int seed = 0; seed < NUM_SAMPLES; seed++) {
      int numSpans = infilling.drawSpanLengths(31, new RandomStream(seed)).length;
      int[] infilled = infilling.apply(text, TOKENS, new RandomStream(seed));
      int[] kept = Arrays.stream(infilled).filter(id -> id != MASK).toArray();
      assertThat(kept).hasSize(70).isSorted().doesNotHaveDuplicates();
      assertThat(infilled).hasSize(70 + numSpans);
    }
  }

  @Test
  void aSpanOfLength0LeavesNothingOut() {
    TextInfilling infilling = new TextInfilling(0.25, 1, 0);
    int[] text = {1, 2, 3, 4};
    int numWithInsertion = 0;
    for (int seed = 0; seed < NUM_SAMPLES; seed++) {
      int[] infilled = infilling.apply(text, TOKENS, new RandomStream(seed));
      int[] kept = Arrays.stream(infilled).filter(id -> id != MASK).toArray();
      assertThat(kept).hasSize(3);
      numWithInsertion += infilled.length > 4 ? 1 : 0;
    }
    // One token is left out by the first span that is not empty; e⁻¹ of all spans are.
    Samples.assertShare(numWithInsertion, NUM_SAMPLES, Math.exp(-1));
  }

  @Test
  void spanLengthsFollowPoissonsDistribution() {
    TextInfilling infilling = TextInfilling.bart();
    int numCovered = 100_000;
    int[] counts = new int[30];
    for (int seed = 0; seed < 10; seed++) {
      int[] lengths = infilling.drawSpanLengths(numCovered, new RandomStream(seed));
      assertThat(Arrays.stream(lengths).sum()).isEqualTo(numCovered);
      Arrays.stream(lengths).forEach(length -> counts[length]++);
    }
    long numSpans = IntStream.of(counts).sum();
    double deviation = Math.sqrt(3.5 / numSpans);
    assertThat(10.0 * numCovered / numSpans).isCloseTo(3.5, within(5 * deviation));
    double probability = Math.exp(-3.5);
    for (int length = 0; length < 12; length++) {
      Samples.assertShare(counts[length], numSpans, probability);
      probability *= 3.5 / (length + 1);
    }
  }

  @Test
  void masksStandAnywhereWithTheSameProbability() {
    TextInfilling infilling = new TextInfilling(0.2, 1, 0);
    int[] counts = new int[5];
    for (int seed = 0; seed < NUM_SAMPLES; seed++) {
      int[] infilled = infilling.apply(new int[] {0, 1, 2, 3, 4}, TOKENS, new RandomStream(seed));
      int[] missing = {0, 1, 2, 3, 4};
      Arrays.stream(infilled).filter(id -> id != MASK).forEach(id -> missing[id] = -1);
      counts[Arrays.stream(missing).filter(id -> id >= 0).findFirst().orElseThrow()]++;
    }
    Samples.assertUniform(counts);
  }

  @Test
  void someMasksAreRandomTokensInstead() {
    // No token of the text is below 500, but half of the random ones are.
    Denoising objective = Denoising.bart(512, TOKENS, FULL_STOPS);
    int[] text = new int[510];
    Arrays.fill(text, 999);
    int numMasks = 0;
    int numRandom = 0;
    for (int index = 0; index < 500; index++) {
      int[] noised = noised(objective, index, text);
      numMasks += (int) Arrays.stream(noised).filter(id -> id == MASK).count();
      numRandom += (int) Arrays.stream(noised).filter(id -> id < 999).count();
      assertThat(noised.length).isLessThan(510);
    }
    Samples.assertShare(numRandom, numMasks + numRandom, 0.1 * 0.999);
    // 153 tokens in spans of 3.5, and the spans go about 1.75 tokens too far before they are cut.
    double expected = 500 * (153 + 1.75) / 3.5;
    assertThat((double) numMasks + numRandom).isCloseTo(expected, within(0.01 * expected));
  }

  @Test
  void allOrdersOfTheSentencesAreEquallyLikelyAndSentencesStayWhole() {
    Map<String, Integer> counts = countNoised(only(1, 0, 0, 0), 1, 2, 9, 3, 99, 9, 4, 5);

    assertThat(counts)
        .containsOnlyKeys(
            "[1, 2, 9, 3, 99, 9, 4, 5]",
            "[1, 2, 9, 4, 5, 3, 99, 9]",
            "[3, 99, 9, 1, 2, 9, 4, 5]",
            "[3, 99, 9, 4, 5, 1, 2, 9]",
            "[4, 5, 1, 2, 9, 3, 99, 9]",
            "[4, 5, 3, 99, 9, 1, 2, 9]");
    assertUniform(counts);
  }

  @Test
  void onlyTheShareOfTheSentencesChangesPlaces() {
    // Half of three, rounded up, is two: nothing moves, or any two of them swap.
    Map<String, Integer> counts = countNoised(only(0.5, 0, 0, 0), 1, 9, 2, 9, 3, 9);

    assertThat(counts)
        .containsOnlyKeys(
            "[1, 9, 2, 9, 3, 9]", "[2, 9, 1, 9, 3, 9]", "[3, 9, 2, 9, 1, 9]", "[1, 9, 3, 9, 2, 9]");
    Samples.assertShare(counts.get("[1, 9, 2, 9, 3, 9]"), NUM_SAMPLES, 0.5);
  }

  @Test
  void aTextWithoutAFullStopIsOneSentence() {
    assertThat(countNoised(only(1, 0, 0, 0), 1, 2, 3)).containsOnlyKeys("[1, 2, 3]");
  }

  @Test
  void aRotatedTextBeginsAtAnyTokenWithTheSameProbability() {
    Map<String, Integer> counts = countNoised(only(0, 0, 0, 1), 1, 2, 3);

    assertThat(counts).containsOnlyKeys("[1, 2, 3]", "[2, 3, 1]", "[3, 1, 2]");
    assertUniform(counts);
  }

  @Test
  void rotationHappensWithItsProbability() {
    Map<String, Integer> counts = countNoised(only(0, 0, 0, 0.2), 1, 2, 3);

    Samples.assertShare(counts.get("[1, 2, 3]"), NUM_SAMPLES, 0.8 + 0.2 / 3);
  }

  @Test
  void deletionLeavesAnySubsetOfItsSize() {
    // 30 % of four, rounded up, are two.
    Map<String, Integer> counts = countNoised(only(0, 0, 0.3, 0), 1, 2, 3, 4);

    assertThat(counts).containsOnlyKeys("[1, 2]", "[1, 3]", "[1, 4]", "[2, 3]", "[2, 4]", "[3, 4]");
    assertUniform(counts);
  }

  @Test
  void everythingMayBeDeletedAndThenRotated() {
    assertThat(noised(only(0, 0, 1, 1), 0, 1, 2, 3)).isEmpty();
  }

  @Test
  void insertedMasksStandAnywhere() {
    Map<String, Integer> counts = countNoised(only(0, 0.5, 0, 0), 1, 2);

    assertThat(counts).containsOnlyKeys("[1003, 1, 2]", "[1, 1003, 2]", "[1, 2, 1003]");
    assertUniform(counts);
  }

  @Test
  void inputsThatInsertionsMakeTooLongAreCut() {
    int[] text = Samples.text(0, 14);
    SequenceToSequenceBatch batch = only(0, 1, 0, 0).batch(List.of(Samples.sample(0, text)));

    assertThat(batch.inputLengths()).containsExactly(16);
    assertThat(batch.inputs()).startsWith(BOS).endsWith(EOS).contains(MASK);
    assertThat(Arrays.copyOfRange(batch.targets(), 1, 15)).isEqualTo(text);
  }

  @Test
  void theNoiseOfAKeyNeverChanges() {
    int[] text = {1, 2, 3, 9, 4, 5, 6, 7, 9, 8, 10, 11, 12, 9};
    // The sentences come in the order 3, 2, 1; 11 12 9 4 became a random token, and 9 a mask.
    assertThat(noised(Denoising.bart(16, TOKENS, FULL_STOPS), 1, text))
        .containsExactly(8, 10, 364, 5, 6, 7, MASK, 1, 2, 3, 9);
  }

  @ParameterizedTest
  @CsvSource({"-0.1,3.5,0.1,maskRatio", "0.3,0.9,0.1,poissonMean", "0.3,3.5,2,maskRandom"})
  void wrongInfillingIsRefused(
      double maskRatio, double poissonMean, double maskRandom, String message) {
    assertThatThrownBy(() -> new TextInfilling(maskRatio, poissonMean, maskRandom))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @Test
  void wrongSettingsAndSamplesAreRefused() {
    assertThatThrownBy(() -> Denoising.bart(2, TOKENS, FULL_STOPS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("length is 2: it must be 3 or more");
    assertThatThrownBy(() -> Denoising.bart(16, TOKENS, Set.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("permuteSentences is 1.0, but there are no fullStops");
    assertThatThrownBy(() -> only(0, 0, 1.1, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("deleteRatio is 1.1: expected a share from 0 to 1");
    assertThatThrownBy(() -> noised(only(0, 0, 0, 0), 0, new int[15]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("has 15 tokens: expected 1 to 14");
  }
}
