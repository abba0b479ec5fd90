package dev.kindling.model.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.kindling.model.arch.NetworkConfig;
import dev.kindling.model.arch.NetworkConfig.Kind;
import dev.kindling.model.batch.CausalBatch;
import dev.kindling.model.nn.ParameterStore;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class NetworkModelTest {
  private static final double TOLERANCE = 1e-4;

  @ParameterizedTest
  @EnumSource
  void lossesAreThoseOfThePlainForwardPass(Kind kind) {
    NetworkConfig network = Networks.of(kind);
    CausalBatch batch = Networks.batch(3, 9);
    try (ParameterStore parameters = Networks.parameters(network);
        NetworkModel model = new NetworkModel(network, parameters)) {
      PlainNetwork plain = new PlainNetwork(network, parameters);
      float[] losses = model.tokenLosses(batch);
      for (int row = 0; row < batch.size(); row++) {
        int[] tokens = row(batch.inputs(), row, 9);
        double[] expected =
            plain.losses(plain.logits(plain.hidden(tokens)), row(batch.targets(), row, 9));
        for (int t = 0; t < 9; t++) {
          assertThat((double) losses[row * 9 + t])
              .as("row %d, token %d", row, t)
              .isCloseTo(expected[t], within(TOLERANCE * Math.max(1, expected[t])));
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void logitsOfSomeRowsAreThoseOfThePlainForwardPass(Kind kind) {
    NetworkConfig network = Networks.of(kind);
    int[] tokens = Networks.batch(2, 5).inputs();
    int[] rows = {7, 0, 4, 5};
    try (ParameterStore parameters = Networks.parameters(network);
        NetworkModel model = new NetworkModel(network, parameters)) {
      PlainNetwork plain = new PlainNetwork(network, parameters);
      float[][] logits = new float[rows.length][];
      model.logits(
          tokens,
          new int[] {5, 5},
          rows,
          3,
          (first, part) -> {
            for (int i = 0; i < part.length / 13; i++) {
              logits[first + i] = Arrays.copyOfRange(part, i * 13, (i + 1) * 13);
            }
          });
      for (int i = 0; i < rows.length; i++) {
        double[][] expected = plain.logits(plain.hidden(row(tokens, rows[i] / 5, 5)));
        assertClose(logits[i], expected[rows[i] % 5]);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "ELMO")
  void hiddenStatesAreTheLastLayer(Kind kind) {
    NetworkConfig network = Networks.of(kind);
    int[] tokens = Networks.batch(1, 6).inputs();
    try (ParameterStore parameters = Networks.parameters(network);
        NetworkModel model = new NetworkModel(network, parameters)) {
      double[][] expected = new PlainNetwork(network, parameters).hidden(tokens);
      float[] hidden = model.hiddenStates(tokens, new int[] {6});
      assertThat(model.width()).isEqualTo(7);
      for (int t = 0; t < 6; t++) {
        assertClose(row(hidden, t, 7), expected[t]);
      }
    }
  }

  @Test
  void elmosVectorsMixTheEmbeddingsAndBothDirectionsOfEveryLayer() {
    NetworkConfig network = Networks.of(Kind.ELMO);
    int[] tokens = Networks.batch(1, 6).inputs();
    double[] weights = {0.5, 0.3, 0.2};
    double[] scores = Arrays.stream(weights).map(weight -> Math.log(weight) + 3).toArray();
    try (ParameterStore parameters = Networks.parameters(network);
        NetworkModel model = new NetworkModel(network, parameters, scores)) {
      PlainNetwork plain = new PlainNetwork(network, parameters);
      List<double[][]> forward = plain.layers(tokens, "forward");
      List<double[][]> backward = plain.layers(reversed(tokens), "backward");
      float[] vectors = model.hiddenStates(tokens, new int[] {6});
      assertThat(model.width()).isEqualTo(10);
      for (int t = 0; t < 6; t++) {
        double[] expected = new double[10];
        for (int layer = 0; layer < 3; layer++) {
          for (int i = 0; i < 5; i++) {
            expected[i] += weights[layer] * forward.get(layer)[t][i];
            expected[5 + i] += weights[layer] * backward.get(layer)[5 - t][i];
          }
        }
        assertClose(row(vectors, t, 10), expected);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void aVectorDependsNeitherOnPaddingNorOnTheOtherSequences(Kind kind) {
    NetworkConfig network = Networks.of(kind);
    try (ParameterStore parameters = Networks.parameters(network);
        NetworkModel model = new NetworkModel(network, parameters)) {
      int size = model.width();
      float[] alone = model.hiddenStates(new int[] {3, 1, 4}, new int[] {3});
      float[] together =
          model.hiddenStates(new int[] {9, 2, 6, 5, 3, 3, 1, 4, 12, 8}, new int[] {5, 3});
      for (int i = 0; i < 3 * size; i++) {
        assertThat(together[5 * size + i]).isCloseTo(alone[i], within(1e-6f));
      }
    }
  }

  @Test
  void whatDoesNotFitTheModelIsRefused() {
    NetworkConfig network = Networks.of(Kind.LSTM);
    try (ParameterStore parameters = Networks.parameters(network);
        NetworkModel model = new NetworkModel(network, parameters)) {
      assertThatThrownBy(() -> model.tokenLosses(Networks.batch(1, 12)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("at most the context length 11");
      assertThatThrownBy(() -> model.hiddenStates(new int[12], new int[] {12}))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("at most the context length 11");
      assertThatThrownBy(() -> model.hiddenStates(new int[] {1, 13}, new int[] {2}))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("The token at 1 is 13");
      assertThatThrownBy(
              () -> model.tokenLosses(new CausalBatch(1, 1, new int[] {1}, new int[] {13})))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("13");
      assertThatThrownBy(() -> new NetworkModel(network, parameters, new double[2]))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("2 scores of layers were given");
    }
  }

  private static void assertClose(float[] actual, double[] expected) {
    assertThat(actual).hasSize(expected.length);
    for (int i = 0; i < expected.length; i++) {
      assertThat((double) actual[i])
          .isCloseTo(expected[i], within(TOLERANCE * Math.max(1, Math.abs(expected[i]))));
    }
  }

  private static int[] reversed(int[] tokens) {
    int[] reversed = new int[tokens.length];
    for (int t = 0; t < tokens.length; t++) {
      reversed[t] = tokens[tokens.length - 1 - t];
    }
    return reversed;
  }

  private static int[] row(int[] values, int row, int length) {
    return Arrays.copyOfRange(values, row * length, (row + 1) * length);
  }

  private static float[] row(float[] values, int row, int length) {
    return Arrays.copyOfRange(values, row * length, (row + 1) * length);
  }
}
