package dev.kindling.model.arch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.kindling.model.arch.NetworkConfig.Kind;
import dev.kindling.model.nn.ParameterStore;
import dev.kindling.model.tensor.DType;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class NetworkConfigTest {
  @ParameterizedTest
  @MethodSource
  void aShapeThatCannotBeIsRefusedByName(Supplier<Object> config, String message) {
    assertThatThrownBy(config::get)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  static Stream<Arguments> aShapeThatCannotBeIsRefusedByName() {
    return Stream.of(
        refused(() -> new NetworkConfig(Kind.LSTM, 0, 4, 1, 4, 4, 0, 0), "vocabSize is 0"),
        refused(() -> new NetworkConfig(Kind.LSTM, 5, 0, 1, 4, 4, 0, 0), "contextLength is 0"),
        refused(() -> new NetworkConfig(Kind.LSTM, 5, 4, 0, 4, 4, 0, 0), "numLayers is 0"),
        refused(() -> new NetworkConfig(Kind.LSTM, 5, 4, 1, 0, 4, 0, 0), "embeddingSize is 0"),
        refused(() -> new NetworkConfig(Kind.LSTM, 5, 4, 1, 4, -1, 0, 0), "hiddenSize is -1"),
        refused(() -> new NetworkConfig(Kind.LSTM, 5, 4, 1, 4, 4, 0, 1), "dropout is 1.0"),
        refused(() -> new NetworkConfig(Kind.FEEDFORWARD, 5, 4, 1, 4, 4, 0, 0), "window is 0"),
        refused(() -> new NetworkConfig(Kind.CONVOLUTIONAL, 5, 4, 1, 4, 4, 0, 0), "window is 0"),
        refused(() -> new NetworkConfig(Kind.ELMO, 5, 4, 1, 4, 8, 0, 0), "make them equal"));
  }

  private static Arguments refused(Supplier<Object> config, String message) {
    return Arguments.of(config, message);
  }

  @Test
  void whatIsLeftOutGetsItsDefault() {
    assertThat(new NetworkConfig(Kind.ELMO, 5, 4, 1, 8, 0, 3, 0))
        .isEqualTo(new NetworkConfig(Kind.ELMO, 5, 4, 1, 8, 8, 0, 0));
  }

  @Test
  void theLayersOfAnElmoComeInPairs() {
    NetworkConfig elmo = new NetworkConfig(Kind.ELMO, 5, 4, 2, 3, 0, 0, 0);
    assertThat(elmo.layout())
        .extracting(ParameterStore.Slice::name, ParameterStore.Slice::shape)
        .startsWith(
            tuple("embedding.weight", 3, 5),
            tuple("layers.0.forward.weight_ih", 12, 3),
            tuple("layers.0.forward.weight_hh", 12, 3),
            tuple("layers.0.forward.bias", 12),
            tuple("layers.0.backward.weight_ih", 12, 3))
        .endsWith(tuple("lm_head.weight", 5, 3), tuple("lm_head.bias", 5));
    assertThat(elmo.numParameters()).isEqualTo(15 + 4 * (36 + 36 + 12) + 15 + 5);
    assertThat(elmo.numNonEmbeddingParameters()).isEqualTo(4 * (36 + 36 + 12));
  }

  private static Tuple tuple(String name, long... shape) {
    return new Tuple(name, Arrays.stream(shape).boxed().toList());
  }

  @Test
  void moreParametersThanCanBeCountedAreRefused() {
    int huge = Integer.MAX_VALUE;
    NetworkConfig network = new NetworkConfig(Kind.LSTM, huge, 4, huge, huge, huge, 0, 0);
    assertThatThrownBy(network::layout)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("more than 64 bits can count");
  }

  @ParameterizedTest
  @EnumSource
  void parametersBeginAsWideAsTheirLayersAsk(Kind kind) {
    NetworkConfig network = new NetworkConfig(kind, 301, 8, 2, 64, 64, 3, 0);
    try (ParameterStore store = ParameterStore.allocate(network.layout(), DType.F32);
        ParameterStore again = ParameterStore.allocate(network.layout(), DType.F32);
        ParameterStore other = ParameterStore.allocate(network.layout(), DType.F32)) {
      network.initialize(store, 1);
      network.initialize(again, 1);
      network.initialize(other, 2);
      assertThat(again.flat().toDoubles()).containsExactly(store.flat().toDoubles());
      for (ParameterStore.Slice slice : store.slices()) {
        double[] values = store.tensor(slice).toDoubles();
        if (slice.shape().size() == 1) {
          assertThat(values).as(slice.name()).containsExactly(expectedBias(kind, slice));
        } else {
          double expected = expectedDeviation(slice);
          assertThat(deviation(values)).as(slice.name()).isCloseTo(expected, within(expected / 20));
          assertThat(other.tensor(slice).toDoubles()).isNotEqualTo(values);
        }
      }
    }
  }

  private static double[] expectedBias(Kind kind, ParameterStore.Slice slice) {
    double[] bias = new double[Math.toIntExact(slice.numElements())];
    boolean gated = kind == Kind.LSTM || kind == Kind.ELMO;
    if (gated && slice.name().startsWith("layers.")) {
      Arrays.fill(bias, 64, 128, 1);
    }
    return bias;
  }

  private static double expectedDeviation(ParameterStore.Slice slice) {
    List<Long> shape = slice.shape();
    if (slice.name().equals("embedding.weight")) {
      return 1;
    }
    if (slice.name().equals("lm_head.weight")) {
      return Math.sqrt(2.0 / (64 + 301));
    }
    double taps = slice.name().endsWith("kernel") ? shape.get(0) : 1;
    return Math.sqrt(2.0 / (taps * 64 + taps * 64));
  }

  private static double deviation(double[] values) {
    return Math.sqrt(Arrays.stream(values).map(value -> value * value).average().orElseThrow());
  }
}
