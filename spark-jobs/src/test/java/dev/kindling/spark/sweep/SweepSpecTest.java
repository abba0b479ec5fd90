package dev.kindling.spark.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindling.data.InvalidInputException;
import dev.kindling.spark.sweep.cluster.Scaling;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SweepSpecTest {
  @TempDir Path directory;

  @Test
  void aGridIsTheProductOfItsAxes() throws IOException {
    SweepSpec sweep =
        read(
            """
            scaling: weak
            common:
              training: {batchSize: 4}
              training.optimizer.minLearningRate: 0.0
            grid:
              size:
                - {model.numLayers: 2, model.embeddingSize: 64}
                - model: {numLayers: 4, embeddingSize: 128}
              tokens: [1_000_000, 2e6]
            """);

    assertThat(sweep.scaling()).isEqualTo(Scaling.WEAK);
    assertThat(texts(sweep))
        .containsExactly(
            "model.numLayers=2 model.embeddingSize=64 tokens=1000000",
            "model.numLayers=2 model.embeddingSize=64 tokens=2000000",
            "model.numLayers=4 model.embeddingSize=128 tokens=1000000",
            "model.numLayers=4 model.embeddingSize=128 tokens=2000000");
    assertThat(sweep.common())
        .extracting(setting -> setting.key() + "=" + setting.value())
        .containsExactly("training.batchSize=4", "training.optimizer.minLearningRate=0.0");
  }

  @Test
  void aListSaysEveryRunAndComesAfterTheGrid() throws IOException {
    SweepSpec sweep =
        read("grid: {seed: [1, 2]}\nruns:\n  - {seed: 3, replicas: 2}\n  - {localSteps: 50}\n");

    assertThat(texts(sweep))
        .containsExactly("seed=1", "seed=2", "seed=3 replicas=2", "localSteps=50");
    assertThat(sweep.scaling()).isEqualTo(Scaling.STRONG);
  }

  @Test
  void axesMayStandOnTheCommandLine() {
    SweepSpec sweep =
        SweepSpec.of(
            Optional.empty(),
            List.of("tokens=1e6,3e6", "size={model.numLayers: 2},{model.numLayers: 4, seed: 7}"),
            Optional.of(Scaling.WEAK));

    assertThat(texts(sweep))
        .containsExactly(
            "tokens=1000000 model.numLayers=2",
            "tokens=1000000 model.numLayers=4 seed=7",
            "tokens=3000000 model.numLayers=2",
            "tokens=3000000 model.numLayers=4 seed=7");
    assertThat(sweep.scaling()).isEqualTo(Scaling.WEAK);
  }

  @Test
  void aLongNameAndAShortOneMeanTheSame() throws IOException {
    assertThat(texts(read("runs: [{parallel.dataParallel: 2, dataParallelism.localSteps: 5}]")))
        .containsExactly("replicas=2 localSteps=5");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''                                      | asks for no run",
        "grids: {seed: [1]}                      | did you mean 'grid'?",
        "scaling: hard                           | scaling is \"hard\"",
        "grid: [1, 2]                            | grid is [1,2]",
        "grid: {seed: 1}                         | seed is 1",
        "grid: {seed: []}                        | seed is []",
        "grid: {seed: [1, 1]}                    | runs 1 and 2 are the same: seed=1",
        "grid: {a: [{seed: 1}], b: [{seed: 2}]}  | seed is set twice in one run",
        "runs: [{tokens: 5, training.steps: 5}]  | both tokens and training.steps",
        "runs: [{replicas: 2, parallel.dataParallel: 2}] | replicas is set twice",
        "runs: [5]                               | runs has 5",
        "grid: {tokens: [0]}                     | tokens is 0",
        "grid: {tokens: [many]}                  | tokens is many",
        "grid: {tokens: [1.5]}                   | tokens is 1.5",
      })
  void aFileThatSaysSomethingElseIsRefusedByName(String yaml, String message) {
    assertThatThrownBy(() -> read(yaml))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(message.strip())
        .hasMessageContaining("to do:");
  }

  @Test
  void anAxisWithoutValuesIsRefused() {
    assertThatThrownBy(() -> SweepSpec.of(Optional.empty(), List.of("seed"), Optional.empty()))
        .hasMessageContaining("--vary seed")
        .hasMessageContaining("tokens=1e6,2e6");
    assertThatThrownBy(() -> SweepSpec.of(Optional.empty(), List.of(), Optional.empty()))
        .hasMessageContaining("nothing is varied");
  }

  private SweepSpec read(String yaml) throws IOException {
    Path file = directory.resolve("sweep.yaml");
    Files.writeString(file, yaml);
    return SweepSpec.of(Optional.of(file), List.of(), Optional.empty());
  }

  private static List<String> texts(SweepSpec sweep) {
    return sweep.combinations().stream().map(Combination::text).toList();
  }
}
