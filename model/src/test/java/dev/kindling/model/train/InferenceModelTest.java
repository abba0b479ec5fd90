package dev.kindling.model.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.kindling.model.arch.BertConfig;
import dev.kindling.model.arch.GptConfig;
import dev.kindling.model.arch.ModelInitializer;
import dev.kindling.model.backend.Backend;
import dev.kindling.model.backend.Backends;
import dev.kindling.model.batch.CausalBatch;
import dev.kindling.model.nn.DecoderCache;
import dev.kindling.model.predict.LogitsListener;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class InferenceModelTest {
  private static final GptConfig TINY = new GptConfig(37, 40, 2, 2, 32, true);

  private static InferenceModel model(Precision precision, Backend backend) {
    InferenceModel model = new InferenceModel(TINY, precision, backend);
    ModelInitializer.initialize(TINY, model.parameters(), 1);
    return model;
  }

  private static double loss(float[] logits, int target) {
    double sum = 0;
    for (float logit : logits) {
      sum += Math.exp(logit);
    }
    return Math.log(sum) - logits[target];
  }

  /** Lengths on both sides of those that the number of keys is rounded up to. */
  @ParameterizedTest
  @EnumSource(value = Precision.class, names = "TF32", mode = EnumSource.Mode.EXCLUDE)
  void logitsOfOneTokenAfterTheOtherGiveTheLossesThatTokenLossesGive(Precision precision) {
    double tolerance = precision == Precision.F32 ? 1e-4 : 2e-2;
    try (Backend backend = Backends.open("onednn", 1);
        InferenceModel model = model(precision, backend);
        DecoderCache cache = model.newCache(1, 40)) {
      int[] tokens = new int[41];
      Arrays.setAll(tokens, i -> i * i % 37);
      int[] inputs = Arrays.copyOf(tokens, 40);
      int[] targets = Arrays.copyOfRange(tokens, 1, 41);
      float[] losses = model.tokenLosses(new CausalBatch(1, 40, inputs, targets));
      float[] first = model.nextLogits(Arrays.copyOf(tokens, 3), new int[] {3}, cache);
      assertThat(loss(first, tokens[3])).isCloseTo(losses[2], within(tolerance));
      for (int i = 3; i < 40; i++) {
        float[] logits = model.nextLogits(new int[] {tokens[i]}, new int[] {1}, cache);
        assertThat(loss(logits, tokens[i + 1])).isCloseTo(losses[i], within(tolerance));
      }
    }
  }

  /** Two sequences of different lengths, up to the last position that there is, in parts. */
  @ParameterizedTest
  @EnumSource(value = Precision.class, names = "TF32", mode = EnumSource.Mode.EXCLUDE)
  void severalTokensBehindACacheGetTheLogitsOfAPassOverAll(Precision precision) {
    double tolerance = precision == Precision.F32 ? 1e-4 : 2e-2;
    int[] text = new int[40];
    Arrays.setAll(text, i -> i * i % 37);
    int[] contexts = new int[2 * 34];
    System.arraycopy(text, 0, contexts, 0, 34);
    System.arraycopy(text, 3, contexts, 34, 5);
    int[] behind = new int[2 * 11];
    System.arraycopy(text, 34, behind, 0, 6);
    System.arraycopy(text, 8, behind, 11, 11);
    try (Backend backend = Backends.open("onednn", 1);
        InferenceModel model = model(precision, backend);
        DecoderCache cache = model.newCache(2, 40)) {
      float[] whole = new float[(6 + 11) * 37];
      int[] both = new int[2 * 40];
      System.arraycopy(text, 0, both, 0, 40);
      System.arraycopy(text, 3, both, 40, 16);
      int[] rows = IntStream.concat(IntStream.range(34, 40), IntStream.range(45, 56)).toArray();
      model.logits(both, new int[] {40, 16}, rows, 4, copyInto(whole));
      model.nextLogits(contexts, new int[] {34, 5}, cache);
      float[] continued = new float[whole.length];
      int[] newRows = IntStream.concat(IntStream.range(0, 6), IntStream.range(11, 22)).toArray();

      model.logits(behind, new int[] {6, 11}, cache, newRows, 5, copyInto(continued));

      assertThat(cache.lengths()).containsExactly(40, 16);
      assertThat(continued).containsExactly(whole, within((float) tolerance));
      assertThatThrownBy(
              () ->
                  model.logits(
                      new int[4], new int[] {1, 2}, cache, new int[] {0}, 1, copyInto(whole)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("A sequence of 40 tokens was to grow by 1, but its cache has room");
    }
  }

  private static LogitsListener copyInto(float[] target) {
    return (first, logits) -> System.arraycopy(logits, 0, target, first * 37, logits.length);
  }

  @Test
  void aPositionSeesNothingOfItsFuture() {
    try (Backend backend = Backends.open("onednn", 1);
        InferenceModel model = model(Precision.F32, backend)) {
      int[] inputs = new int[30];
      float[] before = model.tokenLosses(new CausalBatch(1, 30, inputs, new int[30]));
      Arrays.fill(inputs, 20, 30, 9);
      float[] after = model.tokenLosses(new CausalBatch(1, 30, inputs, new int[30]));
      assertThat(Arrays.copyOf(after, 20)).isEqualTo(Arrays.copyOf(before, 20));
      assertThat(after[25]).isNotEqualTo(before[25]);
    }
  }

  @Test
  void parametersThatChangeAreNoticedInEveryPrecision() {
    try (Backend backend = Backends.open("onednn", 1);
        InferenceModel model = model(Precision.BF16, backend)) {
      CausalBatch batch = new CausalBatch(1, 5, new int[] {1, 2, 3, 4, 5}, new int[5]);
      float[] before = model.tokenLosses(batch);
      ModelInitializer.initialize(TINY, model.parameters(), 2);
      assertThat(model.tokenLosses(batch)).isNotEqualTo(before);
    }
  }

  @Test
  void whatDoesNotFitIsRefused() {
    try (Backend backend = Backends.open("onednn", 1);
        InferenceModel model = model(Precision.F32, backend);
        DecoderCache cache = model.newCache(1, 4)) {
      assertThatThrownBy(() -> model.nextLogits(new int[] {37}, new int[] {1}, cache))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("The token at 0 is 37: expected 0 to 36");
      assertThatThrownBy(() -> model.nextLogits(new int[5], new int[] {5}, cache))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("room for 4");
      model.nextLogits(new int[2], new int[] {2}, cache);
      assertThatThrownBy(() -> model.nextLogits(new int[2], new int[] {2}, cache))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("one at a time");
      assertThatThrownBy(() -> model.encode(new int[1], new int[] {1}, 1, 4))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("expected an encoder-decoder");
    }
  }

  @Test
  void anEncoderWritesNoTextAndTheTwinHasNoBf16() {
    BertConfig bert = new BertConfig(37, 16, 1, 2, 8, 16, 0);
    try (Backend backend = Backends.open("onednn", 1);
        Backend twin = Backends.open("nd4j", 1);
        InferenceModel model = new InferenceModel(bert, Precision.F32, backend)) {
      assertThatThrownBy(() -> model.newCache(1, 4))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("BertConfig writes no text");
      assertThatThrownBy(() -> new InferenceModel(bert, Precision.BF16, twin))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("not in BF16: choose another precision, or the backend onednn");
    }
  }
}
