package dev.kindling.model.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.kindling.model.arch.GptConfig;
import dev.kindling.model.backend.Backend;
import dev.kindling.model.backend.Backends;
import dev.kindling.model.nn.DecoderCache;
import dev.kindling.model.train.InferenceModel;
import dev.kindling.model.train.Precision;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RollingLikelihoodTest {
  private static final int CONTEXT = 7;
  private static final GptConfig CONFIG = new GptConfig(23, CONTEXT, 2, 2, 8, true);
  private static final double ROUNDING = 1e-4;

  private static Backend backend;
  private static InferenceModel model;

  @BeforeAll
  static void open() {
    backend = Backends.open("onednn", 1);
    model = new InferenceModel(CONFIG, Precision.F32, backend);
    // Larger than at the beginning of training, so that tokens are told apart.
    float[] values = new float[Math.toIntExact(model.parameters().flat().numElements())];
    Random random = new Random(5);
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian() / 2;
    }
    model.parameters().flat().write(0, values, 0, values.length);
  }

  @AfterAll
  static void close() {
    model.close();
    backend.close();
  }

  @ParameterizedTest
  @CsvSource({"7, 7", "7, 3", "7, 1", "5, 5", "5, 2", "1, 1"})
  void everyTokenIsScoredOnceGivenWhatStandsBeforeItInItsWindow(int contextLength, int stride) {
    List<int[]> sequences =
        IntStream.of(0, 1, 2, 5, 7, 8, 9, 14, 15, 16, 40)
            .mapToObj(RollingLikelihoodTest::sequence)
            .toList();

    double[] sums =
        new RollingLikelihood(model.causal(), 30, contextLength, stride).score(sequences);

    for (int i = 0; i < sums.length; i++) {
      assertThat(sums[i])
          .as("%d tokens", sequences.get(i).length)
          .isCloseTo(oneAtATime(sequences.get(i), contextLength, stride), within(ROUNDING));
    }
  }

  @Test
  void moreContextIsWhatASmallerStrideBuys() {
    int[] sequence = sequence(40);

    double disjoint = oneAtATime(sequence, CONTEXT, CONTEXT);
    double overlapping = oneAtATime(sequence, CONTEXT, 1);

    // The references differ by far more than rounding: the test above tells strides apart.
    assertThat(Math.abs(disjoint - overlapping)).isGreaterThan(100 * ROUNDING);
  }

  @ParameterizedTest
  @CsvSource({"0, 1", "8, 1", "7, 0", "5, 6"})
  void windowsThatTheModelDoesNotTakeAreRefused(int contextLength, int stride) {
    assertThatThrownBy(() -> new RollingLikelihood(model.causal(), 30, contextLength, stride))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(contextLength + " tokens with a stride of " + stride)
        .hasMessageContaining("1 to 7");
  }

  private static int[] sequence(int length) {
    return new Random(length).ints(length, 0, CONFIG.vocabSize()).toArray();
  }

  /** The plain twin: one forward pass per token, over exactly what its window holds before it. */
  private static double oneAtATime(int[] sequence, int contextLength, int stride) {
    int numTargets = sequence.length - 1;
    double sum = 0;
    int scored = 0;
    while (scored < numTargets) {
      int end = Math.min(numTargets, scored + (scored == 0 ? contextLength : stride));
      int start = Math.max(0, end - contextLength);
      for (; scored < end; scored++) {
        int[] context = Arrays.copyOfRange(sequence, start, scored + 1);
        sum += logProbability(context, sequence[scored + 1]);
      }
    }
    return sum;
  }

  private static double logProbability(int[] context, int token) {
    try (DecoderCache cache = model.newCache(1, context.length)) {
      float[] logits = model.nextLogits(context, new int[] {context.length}, cache);
      double normalizer = 0;
      for (float logit : logits) {
        normalizer += Math.exp(logit);
      }
      return logits[token] - Math.log(normalizer);
    }
  }
}
