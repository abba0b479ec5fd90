package dev.kindling.model.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindling.model.arch.NetworkConfig;
import dev.kindling.model.nn.ParameterStore;
import dev.kindling.model.nn.ParameterStore.Slice;
import dev.kindling.model.optim.OptimizerConfig;
import dev.kindling.model.tensor.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class FlatLayoutTest {
  private static final Map<String, String> DL4J_KEYS =
      Map.of("weight", "W", "kernel", "W", "weight_ih", "W", "weight_hh", "RW", "bias", "b");

  @ParameterizedTest
  @EnumSource
  void aNumberWrittenToASliceIsThatOfDl4jsParameterOfTheSameName(NetworkConfig.Kind kind) {
    NetworkConfig network = Networks.of(kind);
    ComputationGraph graph =
        new ComputationGraph(NetworkGraphs.training(network, OptimizerConfig.plainSgd(1)));
    try (ParameterStore store = ParameterStore.allocate(network.layout(), DType.F32)) {
      for (long i = 0; i < store.numParameters(); i++) {
        store.flat().setFloat(i, (float) i);
      }
      graph.init(FlatParameters.copyOf(store), false);
      List<String> names = new ArrayList<>();
      for (Slice slice : store.slices()) {
        String name = dl4jName(slice.name());
        names.add(name);
        INDArray parameter = graph.paramTable().get(name);
        // DL4J's matrices are [in, out], column by column; the vector of a kernel is as it lies.
        INDArray rowMajor = slice.shape().size() == 2 ? parameter.transpose() : parameter;
        assertThat(rowMajor.dup('c').data().asFloat())
            .as(slice.name())
            .hasSize(Math.toIntExact(slice.numElements()))
            .isSorted()
            .startsWith((float) slice.offset());
        if (slice.shape().size() == 2) {
          assertThat(rowMajor.shape())
              .containsExactly(slice.shape().stream().mapToLong(dim -> dim).toArray());
        }
      }
      assertThat(graph.paramTable().keySet()).containsExactlyInAnyOrderElementsOf(names);
      assertThat(graph.numParams()).isEqualTo(network.numParameters());
    }
  }

  private static String dl4jName(String name) {
    int dot = name.lastIndexOf('.');
    return name.substring(0, dot) + "_" + DL4J_KEYS.get(name.substring(dot + 1));
  }

  @Test
  void aVectorComesBackAsItWas() {
    NetworkConfig network = Networks.of(NetworkConfig.Kind.LSTM);
    try (ParameterStore store = Networks.parameters(network);
        ParameterStore copy = ParameterStore.allocate(network.layout(), DType.F32)) {
      FlatParameters.copy(FlatParameters.copyOf(store), copy);
      assertThat(copy.flat().toDoubles()).containsExactly(store.flat().toDoubles());
    }
  }

  @Test
  void vectorsOfAnotherLengthOrTypeAreRefused() {
    NetworkConfig network = Networks.of(NetworkConfig.Kind.LSTM);
    long length = network.numParameters();
    try (ParameterStore store = ParameterStore.allocate(network.layout(), DType.F32)) {
      assertThatThrownBy(() -> FlatParameters.copy(Nd4j.create(DataType.FLOAT, length - 1), store))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("expected " + length);
      assertThatThrownBy(() -> FlatParameters.copy(Nd4j.create(DataType.DOUBLE, length), store))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("of type DOUBLE");
    }
  }
}
