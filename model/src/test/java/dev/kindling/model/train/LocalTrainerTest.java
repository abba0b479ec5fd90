package dev.kindling.model.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kindling.model.arch.GptConfig;
import dev.kindling.model.backend.Backend;
import dev.kindling.model.backend.Backends;
import dev.kindling.model.optim.AdamWConfig;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LocalTrainerTest {
  private static final GptConfig TINY = new GptConfig(37, 16, 2, 2, 32, true);
  private static final AdamWConfig OPTIMIZER =
      new AdamWConfig(1e-2, 1e-3, 10, 300, 0.9, 0.95, 1e-8, 0.1, 1.0);
  private static final int BATCH = 3;
  private static final int LENGTH = 13;

  @ParameterizedTest
  @ValueSource(strings = {"onednn", "nd4j"})
  void overfitsOneBatch(String backendName) {
    try (Backend backend = Backends.open(backendName, 1);
        LocalTrainer trainer = new LocalTrainer(TINY, OPTIMIZER, backend)) {
      trainer.initialize(1);
      int[] tokens = new int[BATCH * LENGTH + 1];
      for (int i = 0; i < tokens.length; i++) {
        tokens[i] = (i * i * 7 + i) % 37;
      }
      int[] inputs = java.util.Arrays.copyOfRange(tokens, 0, BATCH * LENGTH);
      int[] targets = java.util.Arrays.copyOfRange(tokens, 1, BATCH * LENGTH + 1);
      double first = trainer.step(inputs, targets, BATCH, LENGTH, 0).loss();
      assertThat(first).isBetween(3.4, 3.8);
      double last = 0;
      for (int step = 1; step < 200; step++) {
        last = trainer.step(inputs, targets, BATCH, LENGTH, step).loss();
      }
      assertThat(last).isLessThan(0.05);
    }
  }
}
