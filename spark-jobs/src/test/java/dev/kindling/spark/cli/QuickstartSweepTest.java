package dev.kindling.spark.cli;

import static dev.kindling.spark.cli.CommandLineRun.kindling;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuickstartSweepTest {
  @TempDir Path directory;

  @Test
  void ninePointsFromNothingEndInALawBesideTheEntropyOfTheGrammar() throws IOException {
    Path sweep = directory.resolve("sweep.yaml");
    Files.writeString(
        sweep,
        """
        grid:
          model.embeddingSize: [8, 16, 32]
          tokens: [2000, 4000, 8000]
        """);
    Path output = directory.resolve("out");
    List<Object> command = new ArrayList<>(TinyQuickstart.command(output, "local[2]"));
    command.addAll(List.of("--sweep", sweep, "--set", "generate.maxNewTokens=1"));

    CommandLineRun run = kindling(command.toArray());

    assertThat(run.exitCode()).as(run.err()).isZero();
    String floor =
        new ObjectMapper()
            .readTree(
                output.resolve("sweep/runs/001_embeddingSize=8_tokens=2000/data.json").toFile())
            .path("entropyFloor")
            .asText();
    assertThat(run.out())
        .contains("9 of 9        embeddingSize=32 tokens=8000")
        .contains("L(N, D) = E + A / N^α + B / D^β")
        .contains("E, fitted to these runs")
        .containsPattern("the entropy of the grammar +" + floor.substring(0, 5));
    assertThat(Files.readAllLines(output.resolve("sweep/runs.csv"))).hasSize(10);
    assertThat(output.resolve("sweep/fit.json")).exists();
    assertThat(output.resolve("run")).doesNotExist();
    assertThat(kindling("inspect", output.resolve("sweep")).out())
        .contains(
            "is a sweep", "run 9, embeddingSize=32 tokens=8000: loss", "9 of 9 runs finished");

    CommandLineRun again = kindling(command.toArray());
    assertThat(again.exitCode()).as(again.err()).isZero();
    assertThat(again.out().split("finished already: ", -1)).hasSize(10);
  }
}
