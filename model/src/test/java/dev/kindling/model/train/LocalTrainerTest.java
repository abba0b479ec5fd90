package dev.kindling.model.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.kindling.model.arch.GptConfig;
import dev.kindling.model.arch.ModelInitializer;
import dev.kindling.model.backend.Backend;
import dev.kindling.model.backend.Backends;
import dev.kindling.model.batch.Batch;
import dev.kindling.model.batch.CausalBatch;
import dev.kindling.model.batch.MaskedBatch;
import dev.kindling.model.nn.ParameterStore;
import dev.kindling.model.optim.OptimizerConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LocalTrainerTest {
  private static final GptConfig TINY = new GptConfig(37, 16, 2, 2, 32, true);
  private static final OptimizerConfig OPTIMIZER =
      OptimizerConfig.adamW(1e-2, 1e-3, 10, 300, 0.9, 0.95, 1e-8, 0.1, 1.0);
  private static final int BATCH = 3;
  private static final int LENGTH = 13;

  private static int[] inputs(int seed) {
    int[] tokens = new int[BATCH * LENGTH];
    Arrays.setAll(tokens, i -> (i * i * 7 + i * seed) % 37);
    return tokens;
  }

  private static CausalBatch batch(int seed) {
    return new CausalBatch(BATCH, LENGTH, inputs(seed), inputs(seed + 1));
  }

  private static StepMetrics step(LocalTrainer trainer, long step) {
    return trainer.step(batch((int) step % 5 + 1), StepPosition.of(step));
  }

  private static byte[] bytes(ParameterStore parameters) {
    byte[] bytes = new byte[Math.toIntExact(4 * parameters.numParameters())];
    parameters.readBytes(0, bytes.length / 4, bytes, 0);
    return bytes;
  }

  private static byte[][] state(LocalTrainer trainer) {
    byte[] parameters = bytes(trainer.parameters());
    byte[] first = new byte[parameters.length];
    byte[] second = new byte[parameters.length];
    trainer.readMoments(first, second);
    return new byte[][] {parameters, first, second};
  }

  @Test
  void overfitsOneBatch() {
    try (Backend backend = Backends.open("onednn", 1);
        LocalTrainer trainer = new LocalTrainer(TINY, OPTIMIZER, ComputeOptions.PLAIN, backend)) {
      trainer.initialize(1);
      double first = trainer.step(batch(1), StepPosition.of(0)).loss();
      assertThat(first).isCloseTo(Math.log(37), within(0.2));
      double last = first;
      for (int step = 1; step < 200; step++) {
        last = trainer.step(batch(1), StepPosition.of(step)).loss();
      }
      assertThat(last).isLessThan(0.05);
    }
  }

  @Test
  void aGradientThatIsNotAppliedLeavesParametersAndMomentsAsTheyWere() {
    try (Backend backend = Backends.open("onednn", 1);
        LocalTrainer trainer = new LocalTrainer(TINY, OPTIMIZER, ComputeOptions.PLAIN, backend)) {
      trainer.initialize(1);
      step(trainer, 0);
      byte[][] before = state(trainer);

      LocalTrainer.Gradient looked = trainer.computeGradient(batch(2), StepPosition.of(1));
      assertThat(state(trainer)).isDeepEqualTo(before);

      LocalTrainer.Gradient taken = trainer.computeGradient(batch(2), StepPosition.of(1));
      assertThat(taken).isEqualTo(looked);
      trainer.update(StepPosition.of(1), taken.norm());
      byte[][] inTwo = state(trainer);
      restore(trainer, before);
      step(trainer, 1);
      assertThat(state(trainer)).isDeepEqualTo(inTwo);
    }
  }

  private static void restore(LocalTrainer trainer, byte[][] state) {
    trainer.parameters().writeBytes(0, state[0].length / 4, state[0], 0);
    trainer.writeMoments(state[1], state[2]);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void backendsAgreeOnTheLossesOfTenSteps(boolean bias) {
    GptConfig model = new GptConfig(37, 16, 2, 2, 32, bias);
    List<List<Double>> losses = new ArrayList<>();
    for (String name : List.of("nd4j", "onednn")) {
      try (Backend backend = Backends.open(name, 2);
          LocalTrainer trainer =
              new LocalTrainer(model, OPTIMIZER, ComputeOptions.PLAIN, backend)) {
        trainer.initialize(3);
        List<Double> own = new ArrayList<>();
        for (int step = 0; step < 10; step++) {
          own.add(step(trainer, step).loss());
        }
        losses.add(own);
      }
    }
    for (int step = 0; step < 10; step++) {
      assertThat(losses.get(1).get(step)).isCloseTo(losses.get(0).get(step), within(2e-5));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"nd4j", "onednn"})
  void sameStateAndSameStepsGiveTheSameBitsAlsoAfterTheStateTravelledAsBytes(String name) {
    byte[][] expected;
    byte[][] halfWay;
    try (Backend backend = Backends.open(name, 2);
        LocalTrainer trainer = new LocalTrainer(TINY, OPTIMIZER, ComputeOptions.PLAIN, backend)) {
      trainer.initialize(5);
      for (int step = 0; step < 3; step++) {
        step(trainer, step);
      }
      halfWay = state(trainer);
      for (int step = 3; step < 6; step++) {
        step(trainer, step);
      }
      expected = state(trainer);
    }
    try (Backend backend = Backends.open(name, 2);
        LocalTrainer trainer = new LocalTrainer(TINY, OPTIMIZER, ComputeOptions.PLAIN, backend)) {
      trainer.parameters().writeBytes(0, halfWay[0].length / 4, halfWay[0], 0);
      trainer.writeMoments(halfWay[1], halfWay[2]);
      for (int step = 3; step < 6; step++) {
        step(trainer, step);
      }
      assertThat(state(trainer)).isDeepEqualTo(expected);
    }
  }

  @Test
  void aSecondStepOfTheSameShapeAllocatesNothing() {
    try (Backend backend = Backends.open("onednn", 1);
        LocalTrainer trainer = new LocalTrainer(TINY, OPTIMIZER, ComputeOptions.PLAIN, backend)) {
      trainer.initialize(1);
      step(trainer, 0);
      long activations = trainer.reservedActivationBytes();
      long all = Pointer.totalBytes();
      for (int step = 1; step < 5; step++) {
        step(trainer, step);
      }
      assertThat(trainer.reservedActivationBytes()).isEqualTo(activations);
      assertThat(Pointer.totalBytes()).isEqualTo(all);
    }
  }

  /**
   * The widths make 50 leaks of parameters, or of a workspace, larger than the heap's own noise.
   */
  @ParameterizedTest
  @CsvSource({"nd4j,32", "onednn,160"})
  void closingFreesAllOffHeapMemory(String name, int width) {
    // The first use loads libraries, which keep what they allocate.
    trainOnce(name, width);
    long totalBytes = Pointer.totalBytes();
    long physicalBytes = Pointer.physicalBytes();
    for (int i = 0; i < 50; i++) {
      trainOnce(name, width);
    }
    // ND4J frees the descriptors of its arrays, some bytes each, when the collector finds them.
    assertThat(Pointer.totalBytes()).isLessThan(totalBytes + (4L << 20));
    assertThat(Pointer.physicalBytes() - physicalBytes).isLessThan(300L << 20);
  }

  private static void trainOnce(String name, int width) {
    GptConfig model = new GptConfig(5000, 16, 1, 2, width, true);
    try (Backend backend = Backends.open(name, 1);
        LocalTrainer trainer = new LocalTrainer(model, OPTIMIZER, ComputeOptions.PLAIN, backend)) {
      step(trainer, 0);
    }
  }

  @Test
  void aLossThatIsNotFiniteThrowsAndUpdatesNothing() {
    try (Backend backend = Backends.open("onednn", 1);
        LocalTrainer trainer = new LocalTrainer(TINY, OPTIMIZER, ComputeOptions.PLAIN, backend)) {
      trainer.initialize(1);
      step(trainer, 0);
      byte[] notANumber = {0, 0, -64, 127};
      trainer.parameters().writeBytes(100, 1, notANumber, 0);
      byte[][] before = state(trainer);
      assertThatThrownBy(() -> step(trainer, 1))
          .isInstanceOf(NonFiniteLossException.class)
          .hasMessageContaining("At step 1 the loss is ");
      assertThat(state(trainer)).isDeepEqualTo(before);
    }
  }

  @Test
  void ignoredTargetsHaveNoPartInTheLoss() {
    try (Backend backend = Backends.open("onednn", 1);
        LocalTrainer trainer = new LocalTrainer(TINY, OPTIMIZER, ComputeOptions.PLAIN, backend);
        InferenceModel model = new InferenceModel(TINY, Precision.F32, backend)) {
      trainer.initialize(1);
      ModelInitializer.initialize(TINY, model.parameters(), 1);
      int[] targets = inputs(2);
      float[] all = model.tokenLosses(new CausalBatch(BATCH, LENGTH, inputs(1), targets));
      int[] ignoring = targets.clone();
      Arrays.fill(ignoring, LENGTH, BATCH * LENGTH, Batch.IGNORED);
      CausalBatch batch = new CausalBatch(BATCH, LENGTH, inputs(1), ignoring);
      float[] some = model.tokenLosses(batch);
      double sum = 0;
      for (int i = 0; i < BATCH * LENGTH; i++) {
        assertThat(some[i]).isEqualTo(i < LENGTH ? all[i] : 0);
        sum += some[i];
      }
      assertThat(trainer.evaluate(batch)).isCloseTo(sum / LENGTH, within(1e-5));
      double loss = trainer.step(batch, StepPosition.of(0)).loss();
      assertThat(loss).isCloseTo(sum / LENGTH, within(1e-5));
    }
  }

  @Test
  void whatDoesNotFitTheModelIsNamed() {
    try (Backend backend = Backends.open("onednn", 1);
        LocalTrainer trainer = new LocalTrainer(TINY, OPTIMIZER, ComputeOptions.PLAIN, backend)) {
      StepPosition first = StepPosition.of(0);
      CausalBatch tooLong = new CausalBatch(1, 17, new int[17], new int[17]);
      assertThatThrownBy(() -> trainer.step(tooLong, first))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("context length 16");
      int[] outside = inputs(1);
      outside[4] = 37;
      CausalBatch unknown = new CausalBatch(BATCH, LENGTH, outside, inputs(2));
      assertThatThrownBy(() -> trainer.step(unknown, first))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("inputs has the token 37 at 4");
      int[] ignored = new int[BATCH * LENGTH];
      Arrays.fill(ignored, Batch.IGNORED);
      CausalBatch nothing = new CausalBatch(BATCH, LENGTH, inputs(1), ignored);
      assertThatThrownBy(() -> trainer.step(nothing, first))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("needs one that counts");
      MaskedBatch masked =
          new MaskedBatch(
              1, 2, new int[2], new int[2], new int[] {2}, new int[] {1, -1}, new int[0]);
      assertThatThrownBy(() -> trainer.step(masked, first))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("A MaskedBatch was given to a GPT, which expects a CausalBatch");
    }
  }
}
