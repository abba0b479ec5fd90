package dev.kindling.model.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.kindling.model.arch.GptConfig;
import dev.kindling.model.arch.GptOptions;
import dev.kindling.model.backend.Backend;
import dev.kindling.model.backend.Backends;
import dev.kindling.model.backend.ChosenBackends;
import dev.kindling.model.batch.CausalBatch;
import dev.kindling.model.optim.OptimizerConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Fifty steps in F32, in which what differs in one step would add up. */
class TrainingOnBackendsTest {
  private static final int NUM_STEPS = 50;
  private static final int VOCAB_SIZE = 67;
  private static final int LENGTH = 16;
  private static final int BATCH_SIZE = 4;
  private static final double PERCENT = 0.01;
  private static final OptimizerConfig OPTIMIZER =
      OptimizerConfig.adamW(3e-3, 3e-4, 10, NUM_STEPS, 0.9, 0.95, 1e-8, 0.1, 1.0);

  static List<Arguments> backendsWithAndWithoutDropout() {
    List<Arguments> all = new ArrayList<>();
    for (String backend : ChosenBackends.names()) {
      all.add(Arguments.of(backend, 0.0));
      all.add(Arguments.of(backend, 0.1));
    }
    return all;
  }

  @ParameterizedTest
  @MethodSource("backendsWithAndWithoutDropout")
  void lossesFollowThoseOfThePlainTwin(String backend, double dropout) {
    List<Double> expected = losses("nd4j", dropout);
    List<Double> actual = losses(backend, dropout);
    for (int step = 0; step < NUM_STEPS; step++) {
      assertThat(actual.get(step))
          .as("loss of step %d", step)
          .isCloseTo(expected.get(step), withinPercentage(PERCENT));
    }
    assertThat(actual.get(NUM_STEPS - 1)).isLessThan(0.9 * actual.get(0));
  }

  private static List<Double> losses(String name, double dropout) {
    GptConfig model = new GptConfig(VOCAB_SIZE, LENGTH, 2, 2, 32, true, dropout, GptOptions.GPT2);
    List<Double> losses = new ArrayList<>();
    try (Backend backend = Backends.open(name, 2);
        LocalTrainer trainer = new LocalTrainer(model, OPTIMIZER, ComputeOptions.PLAIN, backend)) {
      trainer.initialize(3);
      Random random = new Random(17);
      for (int step = 0; step < NUM_STEPS; step++) {
        losses.add(trainer.step(batch(random), StepPosition.of(step)).loss());
      }
    }
    return losses;
  }

  /** Sequences that count up from a random token in random strides, which can be learned. */
  private static CausalBatch batch(Random random) {
    int[] inputs = new int[BATCH_SIZE * LENGTH];
    int[] targets = new int[inputs.length];
    for (int row = 0; row < BATCH_SIZE; row++) {
      int token = random.nextInt(VOCAB_SIZE);
      int stride = 1 + random.nextInt(3);
      for (int i = 0; i < LENGTH; i++) {
        inputs[row * LENGTH + i] = token;
        token = (token + stride) % VOCAB_SIZE;
        targets[row * LENGTH + i] = token;
      }
    }
    return new CausalBatch(BATCH_SIZE, LENGTH, inputs, targets);
  }
}
