package dev.kindling.model.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.kindling.model.arch.ArchitectureConfig;
import dev.kindling.model.arch.BartConfig;
import dev.kindling.model.arch.BertConfig;
import dev.kindling.model.arch.GptConfig;
import dev.kindling.model.arch.GptOptions;
import dev.kindling.model.backend.Backend;
import dev.kindling.model.backend.Backends;
import dev.kindling.model.batch.Batch;
import dev.kindling.model.nn.ParameterStore;
import dev.kindling.model.optim.OptimizerConfig;
import dev.kindling.model.tensor.DType;
import dev.kindling.model.train.Batches;
import dev.kindling.model.train.ComputeOptions;
import dev.kindling.model.train.LocalTrainer;
import dev.kindling.model.train.Precision;
import dev.kindling.model.train.StepPosition;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;

class TransformerLayerTest {
  private static final long SEED = 11;
  private static final int SIZE = 3;
  private static final int LENGTH = 13;

  /** Warm-up, cosine, decay and clipping all have an effect. */
  private static final OptimizerConfig ADAMW =
      OptimizerConfig.adamW(1e-2, 1e-3, 4, 25, 0.9, 0.95, 1e-8, 0.1, 0.5);

  static List<ArchitectureConfig> models() {
    return List.of(
        new GptConfig(31, 16, 2, 2, 12, true, 0.1, GptOptions.GPT2),
        new BertConfig(31, 16, 2, 2, 12, 24, 0.1));
  }

  @ParameterizedTest
  @MethodSource("models")
  void thirtyStepsOfDl4jFollowThoseOfTheEngine(ArchitectureConfig model) {
    Batch batch = Batches.of(model, SIZE, LENGTH, 0);
    ComputationGraph graph = graph(model, ComputeOptions.PLAIN);
    try (Backend backend = Backends.open("onednn", 1);
        LocalTrainer engine = new LocalTrainer(model, ADAMW, ComputeOptions.PLAIN, backend)) {
      engine.initialize(SEED);
      double first = 0;
      double last = 0;
      for (int step = 0; step < 30; step++) {
        StepPosition position = new StepPosition(step, step, SEED, 5);
        last = engine.step(batch, position).loss();
        graph.fit(TransformerBatches.of(batch, position));
        first = step == 0 ? last : first;
        assertThat(graph.score()).as("step " + step).isCloseTo(last, within(2e-5 * last));
      }
      assertThat(last).isLessThan(0.8 * first);
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void theEngineWritesIntoDl4jsOwnVectors(ArchitectureConfig model) {
    ComputationGraph graph = graph(model, ComputeOptions.PLAIN);

    try (ParameterStore store = FlatParameters.over(model.layout(), graph.params())) {
      ParameterStore.Slice last = store.slices().get(store.slices().size() - 1);
      store.tensor(last).setFloat(0, 42);

      String key = "transformer_" + TransformerParamInitializer.key(last);
      assertThat(graph.paramTable().get(key).getFloat(0)).isEqualTo(42);
      assertThat(graph.params().getFloat(last.offset())).isEqualTo(42);
      assertThat(graph.paramTable()).hasSameSizeAs(model.layout());
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void theInitialParametersAreThoseOfTheEngine(ArchitectureConfig model) {
    INDArray parameters = graph(model, ComputeOptions.PLAIN).params();

    try (ParameterStore expected = ParameterStore.allocate(model.layout(), DType.F32)) {
      model.initialize(expected, SEED);
      for (long i = 0; i < expected.numParameters(); i++) {
        assertThat(parameters.getFloat(i)).isEqualTo(expected.flat().getFloat(i));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void theConfigurationRoundTripsThroughJson(ArchitectureConfig model) {
    ComputeOptions compute = new ComputeOptions(Precision.BF16, 2, true);
    ComputationGraphConfiguration written = configuration(model, compute);
    ComputationGraphConfiguration read = ComputationGraphConfiguration.fromJson(written.toJson());

    assertThat(read.toJson()).isEqualTo(written.toJson());
    TransformerLayer layer =
        (TransformerLayer)
            new ComputationGraph(read)
                .getConfiguration().getVertices().values().stream()
                    .map(vertex -> (LayerVertex) vertex)
                    .findFirst()
                    .orElseThrow()
                    .getLayerConf()
                    .getLayer();
    assertThat(layer.architecture()).isEqualTo(model);
    assertThat(layer.compute()).isEqualTo(compute);
    assertThat(lossesOf(read, model)).isEqualTo(lossesOf(written, model));
  }

  @Test
  void aGraphScoresWithoutDropoutAndWithoutAnUpdate() {
    ArchitectureConfig model = models().get(0);
    Batch batch = Batches.of(model, SIZE, LENGTH, 0);
    ComputationGraph graph = graph(model, ComputeOptions.PLAIN);
    MultiDataSet data = TransformerBatches.of(batch, StepPosition.of(0));

    try (Backend backend = Backends.open("onednn", 1);
        LocalTrainer engine = new LocalTrainer(model, ADAMW, ComputeOptions.PLAIN, backend)) {
      engine.initialize(SEED);
      double expected = engine.evaluate(batch);
      assertThat(graph.score(data)).isCloseTo(expected, within(1e-6));
      assertThat(graph.output(data.getFeatures()[0])[0].meanNumber().doubleValue())
          .isCloseTo(expected, within(1e-5));
    }
  }

  @Test
  void weightDecayTouchesMatricesOnly() {
    TransformerLayer layer =
        (TransformerLayer)
            ((LayerVertex)
                    configuration(models().get(0), ComputeOptions.PLAIN)
                        .getVertices()
                        .get("transformer"))
                .getLayerConf()
                .getLayer();

    assertThat(layer.getRegularizationByParam("transformer.wte.weight"))
        .containsExactly(new DecoupledWeightDecay(0.1));
    assertThat(layer.getRegularizationByParam("transformer.h.0.ln-1.weight")).isEmpty();
    assertThat(layer.getRegularizationByParam("transformer.h.0.attn.c-attn.bias")).isEmpty();
  }

  @Test
  void theBatchOfAnEncoderDecoderIsRefused() {
    ArchitectureConfig bart = new BartConfig(31, 16, 1, 1, 2, 12, 24, 0);

    assertThatThrownBy(
            () -> TransformerBatches.of(Batches.of(bart, SIZE, LENGTH, LENGTH), StepPosition.of(0)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected the batch of a GPT or of a BERT");
  }

  private static List<Double> lossesOf(
      ComputationGraphConfiguration configuration, ArchitectureConfig model) {
    ComputationGraph graph = new ComputationGraph(configuration);
    graph.init();
    MultiDataSet data =
        TransformerBatches.of(Batches.of(model, SIZE, LENGTH, 0), StepPosition.of(0));
    List<Double> losses = new ArrayList<>();
    for (int step = 0; step < 3; step++) {
      graph.fit(data);
      losses.add(graph.score());
    }
    return losses;
  }

  private static ComputationGraph graph(ArchitectureConfig model, ComputeOptions compute) {
    ComputationGraph graph = new ComputationGraph(configuration(model, compute));
    graph.init();
    graph.setListeners(new GradientClipping(ADAMW));
    return graph;
  }

  private static ComputationGraphConfiguration configuration(
      ArchitectureConfig model, ComputeOptions compute) {
    return TransformerLayer.graph(model, ADAMW, compute, "onednn", 1, SEED);
  }
}
