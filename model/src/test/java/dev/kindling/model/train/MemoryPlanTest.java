package dev.kindling.model.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

import dev.kindling.model.arch.ArchitectureConfig;
import dev.kindling.model.arch.BartConfig;
import dev.kindling.model.arch.BertConfig;
import dev.kindling.model.arch.GptConfig;
import dev.kindling.model.arch.GptOptions;
import dev.kindling.model.arch.LossScale;
import dev.kindling.model.arch.T5Config;
import dev.kindling.model.backend.Backend;
import dev.kindling.model.backend.Backends;
import dev.kindling.model.backend.SliceGroup;
import dev.kindling.model.batch.Batch;
import dev.kindling.model.batch.CausalBatch;
import dev.kindling.model.batch.MaskedBatch;
import dev.kindling.model.batch.SequenceToSequenceBatch;
import dev.kindling.model.layout.PartLayout;
import dev.kindling.model.layout.PieceRange;
import dev.kindling.model.optim.OptimizerConfig;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The formula against what a trainer takes. */
class MemoryPlanTest {
  private static final int BATCH = 4;
  private static final int LENGTH = 48;
  private static final int TARGET_LENGTH = 40;
  private static final OptimizerConfig OPTIMIZER =
      OptimizerConfig.adamW(1e-3, 1e-3, 0, 0, 0.9, 0.95, 1e-8, 0.1, 1);

  static Stream<Arguments> plans() {
    List<ArchitectureConfig> models =
        List.of(
            new GptConfig(97, 48, 3, 4, 64, true),
            new GptConfig(97, 48, 3, 4, 64, false, 0, GptOptions.llama(2, 172)),
            new BertConfig(97, 48, 3, 4, 64, 256, 0.1),
            new T5Config(97, 48, 3, 2, 4, 64, 16, 256, 0.1, false),
            new T5Config(97, 48, 2, 3, 4, 64, 24, 172, 0, true),
            new BartConfig(97, 48, 2, 3, 4, 64, 256, 0.1));
    List<ComputeOptions> options =
        List.of(
            ComputeOptions.PLAIN,
            new ComputeOptions(Precision.BF16, 1, false),
            new ComputeOptions(Precision.F32, 2, false),
            new ComputeOptions(Precision.F32, 1, true),
            new ComputeOptions(Precision.BF16, 4, true));
    return models.stream()
        .flatMap(model -> options.stream().map(compute -> Arguments.of(model, compute)));
  }

  private static int[] ids(int count) {
    int[] ids = new int[count];
    Arrays.setAll(ids, i -> i % 97);
    return ids;
  }

  private static Batch batch(ArchitectureConfig config) {
    int[] inputs = ids(BATCH * LENGTH);
    int[] lengths = new int[BATCH];
    Arrays.fill(lengths, LENGTH);
    if (config instanceof GptConfig) {
      return new CausalBatch(BATCH, LENGTH, inputs, inputs);
    }
    if (config instanceof BertConfig) {
      int[] targets = inputs.clone();
      Arrays.setAll(targets, i -> i % 7 == 0 ? targets[i] : Batch.IGNORED);
      int[] segments = new int[inputs.length];
      return new MaskedBatch(BATCH, LENGTH, inputs, segments, lengths, targets, new int[BATCH]);
    }
    int[] targets = ids(BATCH * TARGET_LENGTH);
    return new SequenceToSequenceBatch(
        BATCH, LENGTH, inputs, lengths, TARGET_LENGTH, targets, targets);
  }

  @ParameterizedTest
  @MethodSource("plans")
  void activationsTakeWhatTheFormulaSays(ArchitectureConfig config, ComputeOptions compute) {
    MemoryPlan plan =
        MemoryPlan.of(
            config, OPTIMIZER, compute, BATCH, LENGTH, TARGET_LENGTH, Backend.CPU_LOGIT_BYTES);
    try (Backend backend = Backends.open("onednn", 1);
        LocalTrainer trainer = new LocalTrainer(config, OPTIMIZER, compute, backend)) {
      trainer.initialize(1);
      trainer.step(batch(config), StepPosition.of(0));
      assertThat(trainer.peakActivationBytes())
          .isCloseTo(plan.activations() + plan.activationGradients(), withPercentage(10));
      assertThat(plan.parameters() + plan.gradients() + plan.moments())
          .isEqualTo(16 * config.numParameters());
      assertThat(plan.copies())
          .isEqualTo(compute.precision() == Precision.F32 ? 0 : 2 * config.numParameters());
    }
  }

  /** Pieces of the model, as runs of neighbours: the embedding, the blocks, the head. */
  @ParameterizedTest
  @CsvSource({"0, 3", "1, 3", "2, 4", "3, 5", "0, 1"})
  void aStageTakesWhatTheFormulaSaysForItsPieces(int first, int end) {
    GptConfig config = new GptConfig(97, 48, 3, 4, 64, true);
    PieceRange pieces = new PieceRange(first, end);
    PartLayout part = new PartLayout(config.placements(), List.of(pieces), 0, 1);
    MemoryPlan plan =
        MemoryPlan.ofPart(
            config,
            part,
            2,
            OPTIMIZER,
            ComputeOptions.PLAIN,
            BATCH,
            LENGTH,
            TARGET_LENGTH,
            Backend.CPU_LOGIT_BYTES);
    try (Backend backend = Backends.open("onednn", 1);
        ModelPart stage =
            new ModelPart(
                config, part, SliceGroup.WHOLE, OPTIMIZER, ComputeOptions.PLAIN, backend)) {
      Batch batch = batch(config);
      try (Pass one = pass(stage, batch);
          Pass other = pass(stage, batch)) {
        runBack(one);
        runBack(other);
      }
      long planned = plan.activations() + plan.activationGradients();
      assertThat(stage.peakActivationBytes()).isLessThanOrEqualTo(planned * 11 / 10);
      if (end - first > 1) {
        assertThat(stage.peakActivationBytes()).isGreaterThan(planned / 2);
      }
      assertThat(plan.parameters()).isEqualTo(4 * stage.parameters().numParameters());
    }
  }

  private static Pass pass(ModelPart stage, Batch batch) {
    Pass pass = stage.newPass(0, batch, 0, StepPosition.of(0), LossScale.of(batch));
    pass.forward();
    return pass;
  }

  private static void runBack(Pass pass) {
    for (int output = 0; output < pass.outputs().size(); output++) {
      pass.newOutputGradient(output);
    }
    pass.backward();
  }

  @Test
  void fiveHundredStepsDoNotGrowWhatAStepTakes() {
    GptConfig config = new GptConfig(97, 48, 2, 2, 32, true, 0.1, GptOptions.GPT2);
    ComputeOptions compute = new ComputeOptions(Precision.BF16, 2, true);
    try (Backend backend = Backends.open("onednn", 2);
        LocalTrainer trainer = new LocalTrainer(config, OPTIMIZER, compute, backend)) {
      trainer.initialize(1);
      Batch batch = batch(config);
      for (int step = 0; step < 50; step++) {
        trainer.step(batch, StepPosition.of(step));
      }
      long activations = trainer.reservedActivationBytes();
      long offHeap = Pointer.totalBytes();
      long resident = Pointer.physicalBytes();
      for (int step = 50; step < 550; step++) {
        trainer.step(batch, StepPosition.of(step));
      }
      assertThat(trainer.reservedActivationBytes()).isEqualTo(activations);
      // It may shrink: the collector frees what earlier tests of this JVM left unreachable.
      assertThat(Pointer.totalBytes()).isLessThanOrEqualTo(offHeap);
      // The heap may grow by itself; losing one block of activations a step would be 500 MB.
      assertThat(Pointer.physicalBytes() - resident).isLessThan(200L << 20);
    }
  }
}
