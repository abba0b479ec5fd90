package dev.kindling.spark.cli;

import static dev.kindling.spark.cli.CommandLineRun.kindling;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kindling.spark.train.TestSpark;
import dev.kindling.spark.train.TinyTokens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sweeps of models of a few hundred parameters, each run of 16 steps or less. */
class SweepCommandTest {
  private static final String[] SMALL = {
    "model.contextLength=8",
    "model.numLayers=1",
    "model.numHeads=2",
    "model.embeddingSize=8",
    "training.batchSize=4",
    "training.steps=8",
    "training.evaluateEverySteps=2",
    "training.evaluationTokens=0",
    "training.optimizer.learningRate=0.01",
    "training.optimizer.warmupSteps=1",
    "dataParallelism.localSteps=2",
    "generate.maxNewTokens=1",
    "generate.prompt=a"
  };

  @TempDir static Path directory;
  @TempDir Path out;
  private static org.apache.hadoop.fs.Path tokens;

  @BeforeAll
  static void writeTokens() throws IOException {
    tokens = TinyTokens.write(directory.resolve("tokens"));
  }

  @Test
  void sizesOfTheClusterAreComparedInSpeedAndInLoss() throws IOException {
    CommandLineRun run = sweep("--vary", "replicas=1,2", "--vary", "localSteps=2,4");

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out())
        .contains("4 runs, 1,024 tokens", "4 of 4        replicas=2 localSteps=4")
        .contains("Cluster size", "loss at equal tokens  at equal wall-clock")
        .contains("no scaling law: the table has 4 runs");
    JsonNode cluster = json("cluster.json");
    assertThat(cluster.path("rows")).hasSize(4);
    assertThat(cluster.at("/w/value").isNumber()).isTrue();
    assertThat(cluster.at("/h/value").isNumber()).isTrue();
    assertThat(cluster.at("/w/low").asDouble()).isLessThan(cluster.at("/w/value").asDouble());
    double shortest = Double.MAX_VALUE;
    for (JsonNode row : cluster.path("rows")) {
      double seconds =
          json("runs", row.path("run").asInt(), "summary.json").path("seconds").asDouble();
      shortest = Math.min(shortest, seconds);
    }
    for (JsonNode row : cluster.path("rows")) {
      assertThat(row.path("replicas").asInt() * row.path("replicaBatchSize").asInt()).isEqualTo(4);
      assertThat(row.path("efficiency").asDouble()).isPositive();
      assertThat(row.path("equalSeconds").asDouble()).isEqualTo(shortest);
      JsonNode summary = json("runs", row.path("run").asInt(), "summary.json");
      assertThat(row.path("lossAtEqualTokens")).isEqualTo(summary.path("validation_loss"));
      assertThat(row.path("bytesPerStep").asDouble())
          .isEqualTo(summary.path("bytes_moved").asDouble() / 8);
    }
    assertThat(out.resolve("sweep/report.html"))
        .content()
        .contains("<figcaption>Efficiency of strong scaling</figcaption>")
        .contains("<figcaption>Loss against cluster size</figcaption>")
        .doesNotContain("NaN");
    assertThat(out.resolve("sweep/efficiency.png")).isNotEmptyFile();
  }

  @Test
  void theTableIsTheSameInBothFormatsAndGrowsWithTheSweep() throws IOException {
    assertThat(sweep("--vary", "tokens=128,256", "--vary", "model.embeddingSize=4,8").exitCode())
        .isZero();
    SortedMap<String, String> before = TinyQuickstart.contents(out.resolve("sweep/runs"));

    CommandLineRun grown =
        sweep("--vary", "tokens=128,256,512", "--vary", "model.embeddingSize=4,8,16");

    assertThat(grown.exitCode()).as(grown.err()).isZero();
    assertThat(grown.out())
        .contains("4 of 9 runs are finished already")
        .contains("L(N, D) = E + A / N^α + B / D^β");
    assertThat(TinyQuickstart.contents(out.resolve("sweep/runs"))).containsAllEntriesOf(before);
    List<String> lines = Files.readAllLines(out.resolve("sweep/runs.csv"));
    assertThat(lines).hasSize(10);
    assertThat(lines.get(0))
        .startsWith("run,directory,settings,parameters,non_embedding_parameters,tokens,flops,loss,")
        .endsWith(",bytes_moved,model.embeddingSize");
    assertThat(lines.get(5)).startsWith("5,runs/005_tokens=128_embeddingSize=16,");
    assertThat(json("fit.json").at("/table/runs").asInt()).isEqualTo(9);
    assertThat(out.resolve("sweep/report.html")).content().contains("Fitted against measured loss");
    assertThat(out.resolve("sweep/loss-vs-compute.png")).isNotEmptyFile();
    assertThat(kindling("fit", "--input", out.resolve("sweep/runs.csv")).exitCode()).isZero();

    try (SparkSession spark = TestSpark.local(1)) {
      List<Row> rows =
          spark
              .read()
              .parquet(out.resolve("sweep/runs.parquet").toString())
              .orderBy("run")
              .collectAsList();
      assertThat(rows.get(0).schema().fieldNames()).containsExactly(lines.get(0).split(",", -1));
      assertThat(rows)
          .extracting(row -> values(row))
          .containsExactlyElementsOf(lines.subList(1, 10));
    }
  }

  @Test
  void otherSettingsOfAllRunsAreRefused() throws IOException {
    assertThat(sweep("--vary", "tokens=64").exitCode()).isZero();
    SortedMap<String, String> before = TinyQuickstart.contents(out.resolve("sweep"));

    CommandLineRun other = sweep("--vary", "tokens=64,128", "--set", "training.batchSize=2");

    assertThat(other.exitCode()).isEqualTo(Kindling.BAD_INPUT);
    assertThat(other.err()).contains("training.batchSize was 4 and is 2", "nothing was changed");
    assertThat(TinyQuickstart.contents(out.resolve("sweep"))).isEqualTo(before);
  }

  @Test
  void aDirectoryOfSomethingElseStaysUntouched() throws IOException {
    Files.createDirectories(out.resolve("sweep/photos"));

    CommandLineRun run = sweep("--vary", "tokens=64");

    assertThat(run.exitCode()).isEqualTo(Kindling.BAD_INPUT);
    assertThat(run.err()).contains("holds photos, and no sweep has written there");
    assertThat(out.resolve("sweep")).isDirectoryContaining(path -> path.endsWith("photos"));
  }

  @Test
  void aRunThatDivergesIsRecordedAndTheOthersGoOn() throws IOException {
    CommandLineRun run =
        sweep(
            "--set",
            "training.optimizer.maxGradientNorm=0",
            "--vary",
            "training.optimizer.learningRate=1e30,0.01");

    assertThat(run.exitCode()).isEqualTo(Kindling.FAILED);
    assertThat(run.out()).contains("FAILED: ", "1 run failed; the same command tries again");
    JsonNode failed = json("failed.json");
    assertThat(failed).hasSize(1);
    assertThat(failed.at("/0/run").asInt()).isEqualTo(1);
    assertThat(failed.at("/0/reason").asText())
        .startsWith("Training has diverged; ")
        .contains("step 2");
    assertThat(Files.readAllLines(out.resolve("sweep/runs.csv")))
        .hasSize(2)
        .last()
        .asString()
        .startsWith("2,");
  }

  @Test
  void aSweepEndsEarlyWhereEveryRunIsRefusedForTheSameReason() {
    CommandLineRun run =
        sweep("--vary", "tokens=64,128,256", "--set", "parallel.pipelineParallel=3");

    assertThat(run.exitCode()).isEqualTo(Kindling.BAD_INPUT);
    assertThat(run.out()).doesNotContain("3 of 3");
    assertThat(run.err()).contains("slots are free");
  }

  @Test
  void aDryRunWritesNothing() {
    CommandLineRun run = sweep("--vary", "tokens=100,1000", "--dry-run");

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out())
        .contains("note: tokens are rounded up to whole steps: 100 to 128, 1,000 to 1,024")
        .contains("note: the longest run reads the train split 1.7 times")
        .contains("dry run: nothing is written");
    assertThat(out.resolve("sweep")).doesNotExist();
  }

  private CommandLineRun sweep(String... more) {
    return kindling(command(tokens, out.resolve("sweep"), more).toArray());
  }

  static List<String> command(org.apache.hadoop.fs.Path tokens, Path output, String... more) {
    List<String> command =
        new ArrayList<>(
            List.of(
                "sweep",
                "--input",
                tokens.toString(),
                "--output",
                output.toUri().toString(),
                "--master",
                "local[2]"));
    for (String setting : SMALL) {
      command.addAll(List.of("--set", setting));
    }
    command.addAll(Arrays.asList(more));
    return command;
  }

  private static String values(Row row) {
    List<String> values = new ArrayList<>();
    for (int i = 0; i < row.size(); i++) {
      values.add(row.isNullAt(i) ? "" : String.valueOf(row.get(i)));
    }
    return String.join(",", values);
  }

  private JsonNode json(String file) throws IOException {
    return new ObjectMapper().readTree(out.resolve("sweep").resolve(file).toFile());
  }

  private JsonNode json(String runs, int number, String file) throws IOException {
    try (var directories = Files.list(out.resolve("sweep").resolve(runs))) {
      Path run =
          directories
              .filter(path -> path.getFileName().toString().startsWith("00" + number + "_"))
              .findFirst()
              .orElseThrow();
      return new ObjectMapper().readTree(run.resolve(file).toFile());
    }
  }
}
