package dev.kindling.model.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.kindling.model.arch.GptConfig;
import dev.kindling.model.arch.GptInitializer;
import dev.kindling.model.backend.Backend;
import dev.kindling.model.backend.Backends;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class InferenceModelTest {
  private static final GptConfig TINY = new GptConfig(37, 40, 2, 2, 32, true);

  /** Lengths on both sides of the lengths that contexts are filled up to. */
  @Test
  void nextTokenLogitsGiveTheLossesThatTokenLossesGive() {
    try (Backend backend = Backends.open("onednn", 1);
        InferenceModel model = new InferenceModel(TINY, backend)) {
      GptInitializer.initialize(TINY, model.parameters(), 1);
      int[] tokens = new int[41];
      Arrays.setAll(tokens, i -> i * i % 37);
      int[] inputs = Arrays.copyOf(tokens, 40);
      int[] targets = Arrays.copyOfRange(tokens, 1, 41);
      float[] losses = model.tokenLosses(inputs, targets, 1, 40);
      for (int length : new int[] {1, 2, 31, 32, 33, 40}) {
        float[] logits = model.nextTokenLogits(Arrays.copyOf(tokens, length));
        double sum = 0;
        for (float logit : logits) {
          sum += Math.exp(logit);
        }
        double loss = Math.log(sum) - logits[tokens[length]];
        assertThat(loss).isCloseTo(losses[length - 1], within(1e-4));
      }
    }
  }

  @Test
  void aPositionSeesNothingOfItsFuture() {
    try (Backend backend = Backends.open("onednn", 1);
        InferenceModel model = new InferenceModel(TINY, backend)) {
      GptInitializer.initialize(TINY, model.parameters(), 1);
      int[] inputs = new int[30];
      float[] before = model.tokenLosses(inputs, inputs, 1, 30);
      Arrays.fill(inputs, 20, 30, 9);
      float[] after = model.tokenLosses(inputs, new int[30], 1, 30);
      assertThat(Arrays.copyOf(after, 20)).isEqualTo(Arrays.copyOf(before, 20));
      assertThat(after[25]).isNotEqualTo(before[25]);
    }
  }

  @Test
  void anEmptyContextIsRefused() {
    try (Backend backend = Backends.open("onednn", 1);
        InferenceModel model = new InferenceModel(TINY, backend)) {
      assertThatThrownBy(() -> model.nextTokenLogits(new int[0]))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("at least 1 of each");
    }
  }
}
