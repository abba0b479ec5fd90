package dev.kindling.model.score;

import static dev.kindling.model.DoubleArrays.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindling.model.backend.Backend;
import dev.kindling.model.backend.Backends;
import dev.kindling.model.batch.Batch;
import dev.kindling.model.batch.MaskedBatch;
import dev.kindling.model.tensor.Tensor;
import dev.kindling.model.train.InferenceModel;
import dev.kindling.model.train.Precision;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PseudoLikelihoodTest {
  private static final int MASK = 4;

  private static List<MaskedRequest> requests(int... lengths) {
    List<MaskedRequest> requests = new ArrayList<>();
    for (int length : lengths) {
      requests.add(
          new MaskedRequest(ScoredModels.tokens(length, length), length / 4, length - length / 5));
    }
    return requests;
  }

  /** One copy after the other, without padding. */
  private static double[] plainScores(InferenceModel model, MaskedRequest request) {
    int length = request.tokens().length;
    double[] scores = new double[request.end() - request.first()];
    for (int place = request.first(); place < request.end(); place++) {
      int[] inputs = request.tokens().clone();
      inputs[place] = MASK;
      int[] targets = new int[length];
      Arrays.fill(targets, Batch.IGNORED);
      targets[place] = request.tokens()[place];
      int[] lengths = {length};
      MaskedBatch batch =
          new MaskedBatch(1, length, inputs, new int[length], lengths, targets, new int[0]);
      scores[place - request.first()] = -model.targetLosses(batch)[0];
    }
    return scores;
  }

  @ParameterizedTest
  @CsvSource({"onednn, 1", "onednn, 70", "onednn, 100000", "nd4j, 200"})
  void scoresAreThoseOfOneMaskedCopyAfterTheOther(String backendName, int maxTokens) {
    List<MaskedRequest> requests =
        backendName.equals("onednn") ? requests(7, 1, 40, 12, 17, 3, 16, 31) : requests(3, 18, 5);
    try (Backend backend = Backends.open(backendName, 1);
        InferenceModel model = ScoredModels.open(ScoredModels.BERT, Precision.F32, backend)) {
      List<double[]> scores = new PseudoLikelihood(model, MASK, maxTokens).score(requests);
      assertThat(scores).hasSameSizeAs(requests);
      for (int i = 0; i < requests.size(); i++) {
        assertClose(
            "scores of request " + i, scores.get(i), plainScores(model, requests.get(i)), 1e-3);
      }
    }
  }

  /** Tokens are counted where they are embedded, projections where the loss is computed. */
  @Test
  void onlyMaskedPlacesAreProjectedAndNoMoreTokensThanAskedForGoThroughAtOnce() {
    AtomicLong mostEmbedded = new AtomicLong();
    AtomicLong projected = new AtomicLong();
    WatchedBackend.Watcher watcher =
        (kernel, arguments) -> {
          if (kernel.equals("gatherRows")
              && ((Tensor) arguments[0]).dim(0) == ScoredModels.VOCAB_SIZE) {
            mostEmbedded.accumulateAndGet(((Tensor) arguments[1]).numElements(), Math::max);
          }
          if (kernel.equals("vocabularyLossForward")) {
            projected.addAndGet(((Tensor) arguments[0]).dim(0));
          }
        };
    try (Backend real = Backends.open("onednn", 1)) {
      Backend backend = WatchedBackend.of(real, watcher);
      try (InferenceModel model = ScoredModels.open(ScoredModels.BERT, Precision.F32, backend)) {
        PseudoLikelihood scorer = new PseudoLikelihood(model, MASK, 80);
        List<double[]> scores = scorer.score(requests(7, 40, 12));
        long numScores = scores.stream().mapToLong(one -> one.length).sum();
        assertThat(projected).hasValue(numScores);
        assertThat(mostEmbedded.get()).isPositive().isLessThanOrEqualTo(80);
        assertThat(scorer.tokensComputed())
            .isEqualTo(
                7L * scores.get(0).length
                    + 40L * scores.get(1).length
                    + 12L * scores.get(2).length);
      }
    }
  }

  @Test
  void nothingToScoreGivesNoScores() {
    try (Backend backend = Backends.open("onednn", 1);
        InferenceModel model = ScoredModels.open(ScoredModels.BERT, Precision.F32, backend)) {
      PseudoLikelihood scorer = new PseudoLikelihood(model, MASK, 80);
      assertThat(scorer.score(List.of())).isEmpty();
      List<double[]> scores =
          scorer.score(List.of(new MaskedRequest(new int[] {1, 2}, 1, 1), requests(5).get(0)));
      assertThat(scores.get(0)).isEmpty();
      assertThat(scores.get(1)).hasSize(3);
    }
  }

  @Test
  void whatCannotBeScoredIsRefused() {
    try (Backend backend = Backends.open("onednn", 1);
        InferenceModel model = ScoredModels.open(ScoredModels.BERT, Precision.F32, backend);
        InferenceModel gpt = ScoredModels.open(ScoredModels.GPT2, Precision.F32, backend)) {
      assertRefused("expected a range within the 2", () -> new MaskedRequest(new int[2], 1, 3));
      assertRefused("expected a range within the 2", () -> new MaskedRequest(new int[2], 2, 1));
      assertRefused("expected a BERT", () -> new PseudoLikelihood(gpt, MASK, 80));
      assertRefused("maskId is 41", () -> new PseudoLikelihood(model, 41, 80));
      assertRefused("maxTokens is 0", () -> new PseudoLikelihood(model, MASK, 0));
      PseudoLikelihood scorer = new PseudoLikelihood(model, MASK, 80);
      assertRefused(
          "A sequence of 41 tokens was to be scored: expected at most the model's context length"
              + " 40",
          () -> scorer.score(requests(41)));
      assertRefused(
          "the token 41", () -> scorer.score(List.of(new MaskedRequest(new int[] {1, 41}, 0, 1))));
    }
  }

  private static void assertRefused(String message, Runnable call) {
    assertThatThrownBy(call::run)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }
}
