package dev.kindling.model.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.kindling.model.arch.NetworkConfig;
import dev.kindling.model.arch.NetworkConfig.Kind;
import dev.kindling.model.batch.Batch;
import dev.kindling.model.batch.CausalBatch;
import dev.kindling.model.nn.ParameterStore;
import dev.kindling.model.optim.OptimizerConfig;
import java.util.Arrays;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
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
      for (long i = slice.offset(); i < slice.offset() + slice.numElements(); i += 7) {
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

  @ParameterizedTest
  @EnumSource
  void weightDecayShrinksMatricesAndNothingElse(Kind kind) {
    NetworkConfig network = Networks.of(kind);
    OptimizerConfig decay = OptimizerConfig.adamW(0.5, 0.5, 0, 0, 0.9, 0.95, 1e-8, 0.25, 0);
    ComputationGraph graph = new ComputationGraph(NetworkGraphs.training(network, decay));
    int[] nothing = new int[11];
    Arrays.fill(nothing, Batch.IGNORED);
    try (ParameterStore store = Networks.parameters(network)) {
      graph.init(FlatParameters.copyOf(store), false);
      graph.fit(NetworkBatches.of(network, new CausalBatch(1, 11, new int[11], nothing)));
      assertThat(graph.score()).isZero();
      for (ParameterStore.Slice slice : network.layout()) {
        double kept = slice.shape().size() > 1 ? 1 - 0.5 * 0.25 : 1;
        double before = store.flat().getFloat(slice.offset());
        assertThat(graph.params().getDouble(slice.offset()))
            .as(slice.name())
            .isCloseTo(kept * before, within(1e-6));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void theMomentsAreTwoVectorsOfTheLayoutOfTheParameters(Kind kind) {
    NetworkConfig network = Networks.of(kind);
    MultiDataSet data = NetworkBatches.of(network, Networks.batch(3, 9));
    INDArray gradients = gradients(network, data);
    ComputationGraph graph = graph(network);
    graph.fit(data);
    double[] moments = graph.getUpdater().getStateViewArray().toDoubleVector();
    int numParameters = Math.toIntExact(network.numParameters());
    assertThat(moments).hasSize(2 * numParameters);
    for (int i = 0; i < numParameters; i++) {
      double gradient = gradients.getDouble(i);
      assertThat(moments[i]).isCloseTo(0.1 * gradient, within(1e-7));
      assertThat(moments[numParameters + i]).isCloseTo(0.05 * gradient * gradient, within(1e-7));
    }
  }

  @Test
  void dropoutChangesWhatIsTrainedAndNotWhatIsScored() {
    for (Kind kind : Kind.values()) {
      NetworkConfig plain = Networks.of(kind);
      NetworkConfig dropping =
          new NetworkConfig(kind, 13, 11, 2, 5, plain.hiddenSize(), plain.window(), 0.5);
      MultiDataSet data = NetworkBatches.of(plain, Networks.batch(3, 9));
      INDArray gradients = gradients(plain, data);
      assertThat(gradients(plain, data)).as(kind.toString()).isEqualTo(gradients);
      assertThat(gradients(dropping, data)).as(kind.toString()).isNotEqualTo(gradients);
      assertThat(score(dropping, data)).as(kind.toString()).isEqualTo(score(plain, data));
    }
  }

  private static INDArray gradients(NetworkConfig network, MultiDataSet data) {
    ComputationGraph graph = graph(network);
    graph.setInputs(data.getFeatures());
    graph.setLabels(data.getLabels());
    graph.computeGradientAndScore();
    return graph.getGradientsViewArray();
  }

  private static double score(NetworkConfig network, MultiDataSet data) {
    return graph(network).score(data);
  }

  private static ComputationGraph graph(NetworkConfig network) {
    ComputationGraph graph = new ComputationGraph(NetworkGraphs.training(network, ADAMW));
    graph.init(FlatParameters.initial(network, 1), false);
    return graph;
  }
}
