package dev.kindling.model.score;

import static dev.kindling.model.DoubleArrays.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.kindling.model.arch.ArchitectureConfig;
import dev.kindling.model.arch.BartConfig;
import dev.kindling.model.arch.T5Config;
import dev.kindling.model.backend.Backend;
import dev.kindling.model.backend.Backends;
import dev.kindling.model.nn.ParameterStore;
import dev.kindling.model.train.InferenceModel;
import dev.kindling.model.train.Precision;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class EmbedderTest {
  private static final int WIDTH = 16;

  private static Stream<Arguments> architecturesOnBackends() {
    List<ArchitectureConfig> all =
        List.of(
            ScoredModels.GPT2,
            ScoredModels.LLAMA,
            ScoredModels.BERT,
            ScoredModels.T5,
            ScoredModels.BART);
    return all.stream()
        .flatMap(
            config ->
                Stream.of(
                    Arguments.of(config, "onednn", Precision.F32),
                    Arguments.of(config, "onednn", Precision.BF16),
                    Arguments.of(config, "nd4j", Precision.F32)));
  }

  private static double[] doubles(float[] vector) {
    return IntStream.range(0, vector.length).mapToDouble(i -> vector[i]).toArray();
  }

  /** The pooled rows of a pass of one sequence without padding. */
  private static double[] plainVector(InferenceModel model, int[] sequence, Pooling pooling) {
    float[] hidden = model.hiddenStates(sequence, new int[] {sequence.length});
    assertThat(hidden).hasSize(sequence.length * WIDTH);
    double[] vector = new double[WIDTH];
    for (int i = 0; i < WIDTH; i++) {
      for (int t = 0; t < sequence.length; t++) {
        double value = hidden[t * WIDTH + i];
        switch (pooling) {
          case MEAN -> vector[i] += value / sequence.length;
          case FIRST -> vector[i] = t == 0 ? value : vector[i];
          case LAST -> vector[i] = value;
        }
      }
    }
    return vector;
  }

  @ParameterizedTest
  @MethodSource("architecturesOnBackends")
  void aVectorDependsOnItsSequenceAlone(
      ArchitectureConfig config, String backendName, Precision precision) {
    double tolerance = precision == Precision.F32 ? 2e-3 : 0.3;
    try (Backend backend = Backends.open(backendName, 1);
        InferenceModel model = ScoredModels.open(config, precision, backend)) {
      List<int[]> sequences =
          IntStream.of(3, 40, 1, 12, 17, 16)
              .mapToObj(length -> ScoredModels.tokens(length, length))
              .toList();
      for (Pooling pooling : Pooling.values()) {
        List<float[]> vectors = new Embedder(model, 100).embed(sequences, pooling);
        assertThat(vectors).hasSameSizeAs(sequences);
        for (int i = 0; i < sequences.size(); i++) {
          assertClose(
              pooling + " of sequence " + i,
              doubles(vectors.get(i)),
              plainVector(model, sequences.get(i), pooling),
              tolerance);
        }
      }
    }
  }

  /** Blocks whose parameters are zero add nothing: what is left is the embedding in its norms. */
  @Test
  void theHiddenStateOfAT5IsThatBehindTheFinalNormOfItsEncoder() {
    try (Backend backend = Backends.open("onednn", 1);
        InferenceModel model = new InferenceModel(ScoredModels.T5, Precision.F32, backend)) {
      ParameterStore parameters = model.parameters();
      fill(parameters, "shared.weight", 0.37);
      fill(parameters, "encoder.final_layer_norm.weight", 0.11);
      double[] embeddings = parameters.tensor("shared.weight").toDoubles();
      double[] gain = parameters.tensor("encoder.final_layer_norm.weight").toDoubles();
      double[] row = Arrays.copyOfRange(embeddings, 9 * WIDTH, 10 * WIDTH);
      double meanSquare = Arrays.stream(row).map(x -> x * x).sum() / WIDTH;
      double[] expected = new double[WIDTH];
      Arrays.setAll(
          expected, i -> row[i] / Math.sqrt(meanSquare + T5Config.NORM_EPSILON) * gain[i]);

      float[] vector =
          new Embedder(model, 64).embed(List.of(new int[] {7, 3, 9}), Pooling.LAST).get(0);

      assertClose("vector", doubles(vector), expected, 1e-5);
    }
  }

  @Test
  void theHiddenStateOfABartIsThatOfItsEncoder() {
    try (Backend backend = Backends.open("onednn", 1);
        InferenceModel model = new InferenceModel(ScoredModels.BART, Precision.F32, backend)) {
      ParameterStore parameters = model.parameters();
      fill(parameters, "model.shared.weight", 0.37);
      fill(parameters, "model.encoder.embed_positions.weight", 0.73);
      for (ParameterStore.Slice slice : parameters.slices()) {
        if (slice.name().contains("layer_norm.weight")
            || slice.name().contains("layernorm_embedding.weight")) {
          backend.fill(parameters.tensor(slice), 1);
        }
      }
      double[] tokens = parameters.tensor("model.shared.weight").toDoubles();
      double[] places = parameters.tensor("model.encoder.embed_positions.weight").toDoubles();
      int place = 1 + BartConfig.POSITION_OFFSET;
      double[] sum = new double[WIDTH];
      Arrays.setAll(sum, i -> tokens[3 * WIDTH + i] + places[place * WIDTH + i]);
      double mean = Arrays.stream(sum).average().orElseThrow();
      double variance = Arrays.stream(sum).map(x -> (x - mean) * (x - mean)).sum() / WIDTH;
      double[] expected = Arrays.stream(sum).map(x -> (x - mean) / Math.sqrt(variance)).toArray();

      float[] vector =
          new Embedder(model, 64).embed(List.of(new int[] {7, 3}), Pooling.LAST).get(0);

      assertClose("vector", doubles(vector), expected, 1e-3);
    }
  }

  private static void fill(ParameterStore parameters, String name, double factor) {
    new KnownParameters(parameters).setVector(name, i -> Math.sin(factor * (i + 1) * (i + 2)));
  }

  @ParameterizedTest
  @EnumSource(Pooling.class)
  void pooledRowsAreThoseOfTheSequence(Pooling pooling) {
    float[] hidden = {99, 99, 1, 2, 3, 5, 8, 11, 77, 77};
    float[] expected =
        switch (pooling) {
          case MEAN -> new float[] {4, 6};
          case FIRST -> new float[] {1, 2};
          case LAST -> new float[] {8, 11};
        };
    assertThat(pooling.pool(hidden, 1, 3, 2)).isEqualTo(expected);
  }

  @Test
  void aNormalizedVectorHasTheLengthOneAndZerosStay() {
    float[] vector = {3, 0, -4};
    Embedder.normalizeInPlace(vector);
    assertThat(vector).containsExactly(new float[] {0.6f, 0, -0.8f}, within(1e-7f));
    float[] zeros = new float[3];
    Embedder.normalizeInPlace(zeros);
    assertThat(zeros).containsExactly(0, 0, 0);
  }

  @Test
  void whatCannotBeEmbeddedIsRefused() {
    try (Backend backend = Backends.open("onednn", 1);
        InferenceModel model = ScoredModels.open(ScoredModels.BERT, Precision.F32, backend)) {
      Embedder embedder = new Embedder(model, 64);
      assertThat(embedder.embed(List.of(), Pooling.MEAN)).isEmpty();
      assertRefused(
          "A sequence of 0 tokens was to be embedded",
          () -> embedder.embed(List.of(new int[0]), Pooling.MEAN));
      assertRefused(
          "A sequence of 41 tokens was to be embedded: expected 1 to the model's context length 40",
          () -> embedder.embed(List.of(new int[1], new int[41]), Pooling.MEAN));
      assertRefused(
          "is 41: expected 0 to 40", () -> embedder.embed(List.of(new int[] {41}), Pooling.MEAN));
      assertRefused("maxTokens is -3", () -> new Embedder(model, -3));
    }
  }

  private static void assertRefused(String message, Runnable call) {
    assertThatThrownBy(call::run)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }
}
