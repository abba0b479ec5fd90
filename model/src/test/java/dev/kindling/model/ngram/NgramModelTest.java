package dev.kindling.model.ngram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.kindling.model.batch.Batch;
import dev.kindling.model.batch.CausalBatch;
import dev.kindling.model.score.Continuation;
import dev.kindling.model.score.ContinuationScore;
import dev.kindling.model.score.ContinuationScorer;
import dev.kindling.model.score.RollingLikelihood;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NgramModelTest {
  private static final float TOLERANCE = 1e-6f;

  private final NgramModel model = TinyNgrams.model();

  @Test
  void theLongestNgramThatWasSeenSaysHowLikelyATokenIs() {
    assertThat(probability(2, 0, 1)).isEqualTo(0.8125, within(1e-9));
    assertThat(probability(1, 0)).isEqualTo(0.75, within(1e-9));
    assertThat(probability(2)).isEqualTo(0.125, within(1e-9));
  }

  @Test
  void otherwiseTheBackoffsOfLongerContextsMultiplyAShorterOne() {
    // (0, 1) is a context, without 0 behind it: its backoff, and p(0 | 1).
    assertThat(probability(0, 0, 1)).isEqualTo(0.25 * 0.375, within(1e-9));
    // Neither (0, 1, 3) nor (1, 3) was seen: both backoffs, and p(3).
    assertThat(probability(3, 0, 1)).isEqualTo(0.25 * 0.6f * 0.125, within(1e-9));
    // (3, 1) is no context, and multiplies nothing.
    assertThat(probability(3, 3, 1)).isEqualTo(0.6f * 0.125, within(1e-9));
  }

  @Test
  void moreThanTheOrderOfTheModelIsNotLookedAt() {
    assertThat(probability(2, 3, 3, 0, 1)).isEqualTo(probability(2, 0, 1));
  }

  @Test
  void logitsAreTheLogProbabilitiesOfAllTokens() {
    int[] tokens = {0, 1, 2, 1, 0, 1, 3, 3};
    float[] all = new float[tokens.length * 4];
    int[] rows = {7, 0, 1, 2, 3, 5, 6, 4};
    model.logits(
        tokens,
        new int[] {5, 3},
        rows,
        3,
        (first, part) -> System.arraycopy(part, 0, all, first * 4, part.length));

    for (int i = 0; i < rows.length; i++) {
      int[] given = Arrays.copyOfRange(tokens, rows[i] / 4 * 4, rows[i] + 1);
      double sum = 0;
      for (int token = 0; token < 4; token++) {
        double expected = model.logProbabilities(given, new int[] {token})[0];
        assertThat((double) all[4 * i + token]).isEqualTo(expected, within(1e-6));
        sum += Math.exp(all[4 * i + token]);
      }
      assertThat(sum)
          .as("probabilities behind %s", Arrays.toString(given))
          .isEqualTo(1, within(1e-6));
    }
  }

  @Test
  void lossesAreThoseOfTheTargetsThatCount() {
    int[] inputs = {0, 1, 2, 0, 1, 3};
    int[] targets = {1, 2, 1, 1, Batch.IGNORED, 0};

    float[] losses = model.tokenLosses(new CausalBatch(2, 3, inputs, targets));

    assertThat(losses)
        .containsExactly(
            new float[] {loss(0.75), loss(0.8125), loss(0.75), loss(0.75), 0, loss(0.25)},
            within(TOLERANCE));
  }

  @Test
  void windowsOfAnyNumberMakeTheSumOfOneWalk() {
    Random random = new Random(7);
    int[] text = random.ints(5000, 0, 4).toArray();
    double whole =
        Arrays.stream(
                model.logProbabilities(new int[] {text[0]}, Arrays.copyOfRange(text, 1, 5000)))
            .sum();

    for (int contextLength : new int[] {3, 7, 100, NgramModel.CONTEXT_LENGTH}) {
      int stride = contextLength - (model.order() - 1);
      RollingLikelihood rolling = new RollingLikelihood(model, 1000, contextLength, stride);
      assertThat(rolling.score(List.of(text))[0])
          .as("windows of %d", contextLength)
          .isEqualTo(whole, within(1e-3));
    }
    assertThat(model.defaultStride()).isEqualTo(NgramModel.CONTEXT_LENGTH - 2);
  }

  @Test
  void continuationsAreScoredByTheirOwnTokensAlone() {
    ContinuationScorer scorer = new ContinuationScorer(model, 100);

    List<ContinuationScore> scores =
        scorer.score(
            List.of(
                new Continuation(new int[] {0, 1}, new int[] {2, 1}),
                new Continuation(new int[] {0, 1}, new int[] {3})));

    assertThat(scores.get(0).logLikelihood()).isEqualTo(Math.log(0.8125 * 0.75), within(1e-6));
    assertThat(scores.get(0).greedy()).isTrue();
    assertThat(scores.get(1).logLikelihood()).isEqualTo(Math.log(0.25 * 0.6 * 0.125), within(1e-6));
    assertThat(scores.get(1).greedy()).isFalse();
  }

  @Test
  void tokensOfAnotherVocabularyAreRefused() {
    assertThatThrownBy(() -> model.logProbabilities(new int[0], new int[] {4}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("0 to 3");
    assertThatThrownBy(
            () -> model.logits(new int[] {-1}, new int[] {1}, new int[] {0}, 1, (i, part) -> {}))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> model.tokenLosses(new CausalBatch(1, 1, new int[] {9}, new int[] {0})))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void anNgramTakesSixteenBytesAndEightOfTheHighestOrder() {
    int ends = 2; // each order below the highest has one place more where children begin
    int unigramLogs = 4 * 4;
    assertThat(model.bytes()).isEqualTo(16 * (4 + 4) + 8 * 2 + 4 * ends + unigramLogs);
  }

  private double probability(int token, int... given) {
    return Math.exp(model.logProbabilities(given, new int[] {token})[0]);
  }

  private static float loss(double probability) {
    return (float) -Math.log(probability);
  }
}
