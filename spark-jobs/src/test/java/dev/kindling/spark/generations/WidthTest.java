package dev.kindling.spark.generations;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kindling.spark.config.ConfigLoader;
import dev.kindling.spark.config.Generation;
import dev.kindling.spark.config.GenerationsConfig;
import dev.kindling.spark.config.ModelConfig;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class WidthTest {
  private static final int VOCAB_SIZE = 2048;
  private static final GenerationsConfig GENERATIONS = ConfigLoader.defaults().generations();

  static Stream<Arguments> generationsAndBudgets() {
    return Arrays.stream(Generation.values())
        .filter(generation -> generation.architecture().isPresent())
        .flatMap(
            generation ->
                Stream.of(250_000L, 300_000L, 1_000_000L, 3_333_333L, 20_000_000L)
                    .map(budget -> Arguments.of(generation, budget)));
  }

  @ParameterizedTest
  @MethodSource("generationsAndBudgets")
  void aModelIsAsWideAsTheBudgetAllows(Generation generation, long budget) {
    Width width = new Width(model(generation), VOCAB_SIZE);

    int found = width.within(budget);

    assertThat(parameters(generation, found)).isBetween((long) (0.85 * budget), budget);
    assertThat(parameters(generation, found + width.step())).isGreaterThan(budget);
  }

  @ParameterizedTest
  @MethodSource("generationsAndBudgets")
  void theLeastBudgetIsEnoughForTheNarrowestModel(Generation generation) {
    Width width = new Width(model(generation), VOCAB_SIZE);

    assertThat(width.within(width.leastParameters())).isEqualTo(width.step());
    assertThat(parameters(generation, width.step())).isEqualTo(width.leastParameters());
  }

  private static long parameters(Generation generation, int width) {
    return model(generation).withEmbeddingSize(width).forVocabulary(VOCAB_SIZE).numParameters();
  }

  private static ModelConfig model(Generation generation) {
    return ConfigLoader.load(
            Optional.empty(),
            List.of(
                "model.architecture=" + generation,
                "model.numHeads=4",
                "model.numLayers=" + GENERATIONS.recipe(generation).orElseThrow().numLayers()))
        .model();
  }
}
