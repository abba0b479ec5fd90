package dev.kindling.model.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindling.model.batch.Batch;
import dev.kindling.model.batch.CausalBatch;
import dev.kindling.model.random.NoiseKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for every objective. */
class ObjectiveTest {
  private static final int NUM_ORDINARY = 5000;
  private static final OtherDocument OTHER =
      (random, maxLength) -> Samples.text(random.nextInt(NUM_ORDINARY - 1000), maxLength);

  static List<Objective> objectives() {
    List<Objective> objectives = new ArrayList<>(noisyObjectives());
    objectives.add(new CausalLanguageModelling(64));
    return objectives;
  }

  static List<Objective> noisyObjectives() {
    SpecialTokens.Bert bert = SpecialTokens.Bert.behind(NUM_ORDINARY);
    SpecialTokens.Bart bart = SpecialTokens.Bart.behind(NUM_ORDINARY);
    DenoisingNoise allNoise = new DenoisingNoise(0.5, TextInfilling.bart(), 0.1, 0.1, 0.5);
    return List.of(
        MaskedLanguageModelling.bert(64, bert, NextSentence.RANDOM),
        MaskedLanguageModelling.bert(64, bert, NextSentence.ORDER),
        MaskedLanguageModelling.bert(64, bert, NextSentence.NONE),
        SpanCorruption.t5(64, SpecialTokens.T5.behind(NUM_ORDINARY)),
        Denoising.bart(64, bart, Set.of(10, 20)),
        new Denoising(64, bart, Set.of(10, 20), allNoise));
  }

  private static RawSample sample(Objective objective, long seed, long epoch, long index) {
    int[] text = Samples.text((int) (7 * index), objective.rawTokens());
    return new RawSample(new NoiseKey(seed, epoch, index), text, OTHER);
  }

  private static void assertSame(Batch actual, Batch expected) {
    assertThat(actual).usingRecursiveComparison().isEqualTo(expected);
  }

  private static void assertDifferent(Batch actual, Batch expected) {
    assertThat(actual).usingRecursiveComparison().isNotEqualTo(expected);
  }

  @ParameterizedTest
  @MethodSource("objectives")
  void aSampleIsTheSameWhateverElseIsInTheBatch(Objective objective) {
    List<RawSample> samples = new ArrayList<>();
    for (int index = 0; index < 20; index++) {
      samples.add(sample(objective, 1, 2, index));
    }

    Batch together = objective.batch(samples);

    for (int row = 0; row < samples.size(); row++) {
      Batch alone = objective.batch(List.of(samples.get(row)));
      assertSame(together.rows(row, 1), alone);
    }
  }

  @ParameterizedTest
  @MethodSource("noisyObjectives")
  void noiseIsNewForEverySeedEpochAndIndex(Objective objective) {
    int[] text = Samples.text(5, objective.rawTokens());
    Batch batch = objective.batch(List.of(new RawSample(new NoiseKey(1, 2, 3), text, OTHER)));
    List<NoiseKey> others =
        List.of(new NoiseKey(9, 2, 3), new NoiseKey(1, 9, 3), new NoiseKey(1, 2, 9));
    for (NoiseKey other : others) {
      assertDifferent(objective.batch(List.of(new RawSample(other, text, OTHER))), batch);
    }
    assertSame(objective.batch(List.of(new RawSample(new NoiseKey(1, 2, 3), text, OTHER))), batch);
  }

  @ParameterizedTest
  @MethodSource("objectives")
  void theRawTokensAreNotChanged(Objective objective) {
    RawSample sample = sample(objective, 1, 2, 3);
    int[] before = sample.tokens().clone();

    objective.batch(List.of(sample));

    assertThat(sample.tokens()).isEqualTo(before);
  }

  @ParameterizedTest
  @MethodSource("objectives")
  void batchesWithoutSamplesAndSamplesWithoutTokensAreRefused(Objective objective) {
    assertThatThrownBy(() -> objective.batch(List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("0 samples");
    assertThatThrownBy(() -> objective.batch(List.of(Samples.sample(8))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Sample 8 of epoch 0 has 0 tokens: expected");
  }

  @ParameterizedTest
  @MethodSource("noisyObjectives")
  void tokensOutsideTheOrdinaryVocabularyAreRefused(Objective objective) {
    int[] text = Samples.text(0, objective.rawTokens());
    text[1] = NUM_ORDINARY;
    assertThatThrownBy(
            () -> objective.batch(List.of(new RawSample(new NoiseKey(1, 2, 3), text, OTHER))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Sample 3 of epoch 2 has the token 5000 at 1: expected 0 to 4999");
  }

  @Test
  void causalLanguageModellingPredictsTheFollowingToken() {
    CausalLanguageModelling objective = new CausalLanguageModelling(3);

    assertThat(objective.rawTokens()).isEqualTo(4);
    assertSame(
        objective.batch(List.of(Samples.sample(0, 5, 6, 7, 8), Samples.sample(1, 1, 1, 2, 3))),
        new CausalBatch(2, 3, new int[] {5, 6, 7, 1, 1, 2}, new int[] {6, 7, 8, 1, 2, 3}));
  }

  @Test
  void causalLanguageModellingNeedsExactlyItsWindow() {
    assertThatThrownBy(
            () -> new CausalLanguageModelling(3).batch(List.of(Samples.sample(0, 5, 6, 7))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("has 3 tokens: expected exactly 4, see Objective.rawTokens()");
    assertThatThrownBy(() -> new CausalLanguageModelling(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("contextLength is 0: it must be 1 or more");
  }
}
