package dev.kindling.model.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.kindling.model.DoubleArrays;
import dev.kindling.model.arch.ArchitectureConfig;
import dev.kindling.model.arch.BartConfig;
import dev.kindling.model.arch.BertConfig;
import dev.kindling.model.arch.GptConfig;
import dev.kindling.model.arch.GptOptions;
import dev.kindling.model.arch.GptOptions.FeedForwardKind;
import dev.kindling.model.arch.GptOptions.Norm;
import dev.kindling.model.arch.GptOptions.Positions;
import dev.kindling.model.arch.LossScale;
import dev.kindling.model.arch.ModelInitializer;
import dev.kindling.model.arch.T5Config;
import dev.kindling.model.backend.Backend;
import dev.kindling.model.backend.Backends;
import dev.kindling.model.backend.SliceGroup;
import dev.kindling.model.batch.Batch;
import dev.kindling.model.layout.ModelLayout;
import dev.kindling.model.layout.PartLayout;
import dev.kindling.model.layout.PartRuns;
import dev.kindling.model.layout.PieceRange;
import dev.kindling.model.nn.ParameterStore;
import dev.kindling.model.optim.OptimizerConfig;
import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A model in parts has the loss and the gradients of the whole, dropout and tied weights too. */
class ModelPartTest {
  private static final double DROPOUT = 0.2;
  private static final StepPosition POSITION = new StepPosition(3, 3, 11, 40);
  private static final OptimizerConfig OPTIMIZER =
      OptimizerConfig.adamW(1e-2, 1e-3, 10, 300, 0.9, 0.95, 1e-8, 0.1, 1.0);

  static Stream<Arguments> cuts() {
    GptOptions mixed =
        new GptOptions(Positions.LEARNED, Norm.LAYER_NORM, FeedForwardKind.GELU, 2, 0, true);
    List<ArchitectureConfig> models =
        List.of(
            new GptConfig(37, 16, 3, 4, 24, true, DROPOUT, GptOptions.GPT2),
            new GptConfig(37, 16, 3, 4, 24, false, DROPOUT, GptOptions.llama(2, 22)),
            new GptConfig(37, 16, 3, 4, 24, true, DROPOUT, mixed),
            new BertConfig(37, 16, 3, 4, 24, 50, DROPOUT),
            new T5Config(37, 16, 2, 3, 4, 24, 5, 50, DROPOUT, false),
            new T5Config(37, 16, 3, 2, 4, 24, 8, 22, DROPOUT, true),
            new BartConfig(37, 16, 2, 2, 4, 24, 50, DROPOUT));
    List<Arguments> cuts = new ArrayList<>();
    for (ArchitectureConfig model : models) {
      for (String backend : List.of("nd4j", "onednn")) {
        cuts.add(Arguments.of(model, backend, 2, 1, false));
        cuts.add(Arguments.of(model, backend, 100, 1, true));
        cuts.add(Arguments.of(model, backend, 1, 2, true));
        cuts.add(Arguments.of(model, backend, 3, 2, false));
      }
    }
    return cuts.stream();
  }

  @ParameterizedTest
  @MethodSource("cuts")
  void partsComputeWhatTheWholeComputes(
      ArchitectureConfig config,
      String backend,
      int numStages,
      int numSlices,
      boolean checkpointing) {
    ModelLayout layout = config.placements();
    ComputeOptions compute = new ComputeOptions(Precision.F32, 2, checkpointing);

    SliceResult whole =
        slice(config, compute, backend, List.of(PartLayout.whole(layout)), SliceGroup.WHOLE);
    double[] expected = whole.gradients().get(0);
    double squaredNorm = 0;
    List<SliceResult> results =
        SliceThreads.run(
            numSlices,
            group -> slice(config, compute, backend, stages(layout, numStages, group), group));
    for (SliceResult result : results) {
      squaredNorm += result.squaredNorm();
      assertThat(result.loss()).isCloseTo(whole.loss(), within(2e-6 * whole.loss()));
    }
    double[] assembled = new double[expected.length];
    for (SliceResult result : results) {
      for (int stage = 0; stage < result.layouts().size(); stage++) {
        double[] local = result.gradients().get(stage);
        for (PartRuns.Run run :
            PartRuns.ofOwn(result.layouts().get(stage)).within(0, assembled.length)) {
          for (int i = 0; i < run.length(); i++) {
            assembled[(int) run.wholeOffset() + i] += local[(int) run.localOffset() + i];
          }
        }
      }
    }
    DoubleArrays.assertClose("gradients", assembled, expected, 2e-5);
    assertThat(squaredNorm).isCloseTo(whole.squaredNorm(), within(1e-4 * whole.squaredNorm()));
  }

  private record SliceResult(
      double loss, double squaredNorm, List<double[]> gradients, List<PartLayout> layouts) {}

  private static List<PartLayout> stages(ModelLayout layout, int wanted, SliceGroup group) {
    int numStages = Math.min(wanted, layout.numPieces());
    List<PartLayout> stages = new ArrayList<>();
    for (int stage = 0; stage < numStages; stage++) {
      PieceRange pieces =
          new PieceRange(
              layout.numPieces() * stage / numStages, layout.numPieces() * (stage + 1) / numStages);
      stages.add(new PartLayout(layout, List.of(pieces), group.slice(), group.numSlices()));
    }
    return stages;
  }

  /** One slice runs its stages one after the other, and hands over what they compute. */
  private static SliceResult slice(
      ArchitectureConfig config,
      ComputeOptions compute,
      String backendName,
      List<PartLayout> layouts,
      SliceGroup group) {
    List<ModelPart> stages = new ArrayList<>();
    try (Backend backend = Backends.open(backendName, 1)) {
      for (PartLayout layout : layouts) {
        ModelPart stage = new ModelPart(config, layout, group, OPTIMIZER, compute, backend);
        stages.add(stage);
        fill(config, stage);
        stage.beginStep();
      }
      Batch batch = Batches.of(config, 4, 16, 13);
      LossScale scale = LossScale.of(batch);
      double loss = 0;
      for (int part = 0; part < compute.microBatches(); part++) {
        int first = batch.size() * part / compute.microBatches();
        int end = batch.size() * (part + 1) / compute.microBatches();
        loss += throughAll(stages, batch.rows(first, end - first), first, scale);
      }
      sumTied(stages);
      double squaredNorm = stages.stream().mapToDouble(ModelPart::squaredGradientNorm).sum();
      List<double[]> gradients =
          stages.stream().map(stage -> stage.gradients().flat().toDoubles()).toList();
      return new SliceResult(loss, squaredNorm, gradients, layouts);
    } finally {
      stages.forEach(ModelPart::close);
    }
  }

  private static void fill(ArchitectureConfig config, ModelPart stage) {
    try (ParameterStore whole = ParameterStore.allocate(config.layout(), DType.F32)) {
      ModelInitializer.initialize(config, whole, 5);
      if (!(config instanceof T5Config)) {
        // So that attention is not nearly uniform, as it is at the start of training.
        double[] values = whole.flat().toDoubles();
        whole.flat().setDoubles(Arrays.stream(values).map(value -> 4 * value).toArray());
      }
      for (PartRuns.Run run : PartRuns.ofHeld(stage.layout()).within(0, config.numParameters())) {
        int length = (int) run.length();
        byte[] bytes = new byte[4 * length];
        whole.readBytes(run.wholeOffset(), length, bytes, 0);
        stage.parameters().writeBytes(run.localOffset(), length, bytes, 0);
      }
    }
  }

  private static double throughAll(
      List<ModelPart> stages, Batch microBatch, int firstRow, LossScale scale) {
    List<Pass> passes = new ArrayList<>();
    List<Tensor> handed = List.of();
    double loss = 0;
    for (ModelPart stage : stages) {
      Pass pass = stage.newPass(0, microBatch, firstRow, POSITION, scale);
      copy(handed, pass.inputs());
      pass.forward();
      loss += pass.loss();
      handed = pass.outputs();
      passes.add(pass);
    }
    List<Tensor> gradients = List.of();
    for (int i = passes.size() - 1; i >= 0; i--) {
      Pass pass = passes.get(i);
      for (int output = 0; output < gradients.size(); output++) {
        copy(List.of(gradients.get(output)), List.of(pass.newOutputGradient(output)));
      }
      pass.backward();
      gradients = pass.inputGradients();
    }
    passes.forEach(Pass::close);
    return loss;
  }

  private static void copy(List<Tensor> from, List<Tensor> to) {
    assertThat(to).hasSameSizeAs(from);
    for (int i = 0; i < from.size(); i++) {
      assertThat(to.get(i).shape()).isEqualTo(from.get(i).shape());
      to.get(i).setDoubles(from.get(i).toDoubles());
    }
  }

  /** Every stage that holds a parameter gets the sum of what all found. */
  private static void sumTied(List<ModelPart> stages) {
    stages.stream()
        .flatMap(stage -> stage.layout().slices().stream())
        .map(ParameterStore.Slice::name)
        .distinct()
        .forEach(name -> tie(stages, name));
  }

  private static void tie(List<ModelPart> stages, String name) {
    List<Tensor> gradients =
        stages.stream()
            .filter(stage -> stage.gradients().contains(name))
            .map(stage -> stage.gradients().tensor(name))
            .toList();
    double[] sum = new double[(int) gradients.get(0).numElements()];
    for (Tensor gradient : gradients) {
      double[] values = gradient.toDoubles();
      for (int i = 0; i < sum.length; i++) {
        sum[i] += values[i];
      }
    }
    gradients.forEach(gradient -> gradient.setDoubles(sum));
  }
}
