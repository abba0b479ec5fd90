package dev.kindling.model.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.kindling.model.arch.NetworkConfig;
import dev.kindling.model.arch.NetworkConfig.Kind;
import dev.kindling.model.batch.CausalBatch;
import dev.kindling.model.nn.ParameterStore;
import dev.kindling.model.optim.OptimizerConfig;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;

class NetworkTrainingTest {
  private static final OptimizerConfig ADAMW =
      OptimizerConfig.adamW(0.05, 0.01, 3, 40, 0.9, 0.95, 1e-8, 0.1, 1);

  @ParameterizedTest
  @EnumSource
  void gradientsAgreeWithFiniteDifferences(Kind kind) {
    NetworkConfig network = Networks.of(kind);
    ComputationGraph graph =
        new ComputationGraph(
            NetworkGraphs.training(network, OptimizerConfig.plainSgd(1), DataType.DOUBLE));
    try (ParameterStore store = Networks.parameters(network)) {
      graph.init(FlatParameters.copyOf(store).castTo(DataType.DOUBLE), false);
    }
    MultiDataSet data = NetworkBatches.of(network, Networks.batch(3, 9));
    graph.setInputs(data.getFeatures());
    graph.setLabels(data.getLabels());
    graph.computeGradientAndScore();
    INDArray gradients = graph.getGradientsViewArray().dup();
    assertThat(graph.score()).isCloseTo(graph.score(data), within(1e-12));
    double epsilon = 1e-5;
    for (ParameterStore.Slice slice : network.layout()) {
      for (long i = slice.offset(); i < slice.offset() + slice.numElements(); i += 3) {
        double slope = (scoreAt(graph, data, i, epsilon) - scoreAt(graph, data, i, -epsilon));
        assertThat(gradients.getDouble(i))
            .as("%s, element %d", slice.name(), i - slice.offset())
            .isCloseTo(slope / (2 * epsilon), within(1e-8));
      }
    }
  }

  private static double scoreAt(ComputationGraph graph, MultiDataSet data, long i, double change) {
    INDArray parameters = graph.params();
    double before = parameters.getDouble(i);
    parameters.putScalar(i, before + change);
    double score = graph.score(data);
    parameters.putScalar(i, before);
    return score;
  }

  @ParameterizedTest
  @EnumSource
  void theLossFallsOnARepeatingSequence(Kind kind) {
    NetworkConfig network = Networks.of(kind);
    ComputationGraph graph = new ComputationGraph(NetworkGraphs.training(network, ADAMW));
    graph.init(FlatParameters.initial(network, 1), false);
    graph.setListeners(new GradientClipping(ADAMW));
    int[] inputs = new int[44];
    int[] targets = new int[44];
    for (int i = 0; i < inputs.length; i++) {
      inputs[i] = 2 * i % 13;
      targets[i] = (2 * i + 2) % 13;
    }
    MultiDataSet data = NetworkBatches.of(network, new CausalBatch(4, 11, inputs, targets));
    double first = graph.score(data);
    for (int step = 0; step < 30; step++) {
      graph.fit(data);
    }
    assertThat(first).isBetween(2.0, 3.5);
    assertThat(graph.score(data)).isLessThan(first / 2);
  }

  @ParameterizedTest
  @EnumSource
  void theConfigurationComesBackFromItsJson(Kind kind) {
    NetworkConfig network = new NetworkConfig(kind, 13, 11, 3, 5, 5, 3, 0.25);
    ComputationGraphConfiguration configuration = NetworkGraphs.training(network, ADAMW);
    ComputationGraphConfiguration read =
        ComputationGraphConfiguration.fromJson(configuration.toJson());
    assertThat(read).isEqualTo(configuration);
    assertThat(read.toJson()).isEqualTo(configuration.toJson());
  }
}
