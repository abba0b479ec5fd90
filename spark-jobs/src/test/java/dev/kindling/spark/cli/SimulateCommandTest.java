package dev.kindling.spark.cli;

import static dev.kindling.spark.cli.CommandLineRun.kindling;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kindling.spark.train.TinyTokens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SimulateCommandTest {
  private static final String[] SHAPE = {
    "--set=model.numLayers=4",
    "--set=model.numHeads=4",
    "--set=model.embeddingSize=64",
    "--set=model.contextLength=32",
    "--set=training.batchSize=4"
  };

  @TempDir Path directory;

  private static CommandLineRun simulate(Object... options) {
    List<Object> arguments = new ArrayList<>(List.of("sweep", "--simulate"));
    arguments.addAll(List.of(options));
    arguments.addAll(List.of((Object[]) SHAPE));
    return kindling(arguments.toArray());
  }

  @Test
  void itTellsTheBestWayForEverySize() {
    CommandLineRun run = simulate("--tokens-per-second", 2000);

    assertThat(run.err()).isEmpty();
    assertThat(run.exitCode()).isZero();
    List<String> lines = run.out().lines().toList();
    assertThat(lines).hasSize(2 + 10);
    assertThat(lines.get(0))
        .isEqualTo(
            "726,400 parameters; one executor: 2,000 tokens/s; a round: 10 local steps, 0.50 s of"
                + " Spark");
    assertThat(lines.get(1)).startsWith("executors  best: strategy, replicas × stages × slices");
    assertThat(lines.get(2)).startsWith("8  ").contains(" %").contains("slower, ");
    assertThat(lines.get(11)).startsWith("4,096  ");
  }

  @Test
  void allWaysGoToAFileAndTheBestIsTheFastest() throws IOException {
    Path csv = directory.resolve("ways.csv");
    Path json = directory.resolve("ways.json");
    Object[] options = {"--tokens-per-second", 2000, "--executors", 16, "--output"};
    CommandLineRun first = simulate(with(options, csv));
    simulate(with(options, json));
    CommandLineRun all = simulate("--tokens-per-second", 2000, "--executors", 16, "--all");

    JsonNode rows = new ObjectMapper().readTree(json.toFile());
    List<String> lines = Files.readAllLines(csv);
    assertThat(lines).hasSize(1 + rows.size());
    assertThat(all.out().lines()).hasSize(2 + rows.size());
    assertThat(lines.get(0))
        .startsWith("executors,strategy,data_parallel,pipeline_parallel,tensor_parallel,schedule,")
        .endsWith(",efficiency,bytes_per_round,memory_bytes,fits");
    double fastest = 0;
    for (JsonNode row : rows) {
      fastest = Math.max(fastest, row.path("tokens_per_second").asDouble());
      double parts = 0;
      for (String part :
          List.of("compute", "bubble", "straggling", "network", "shuffle", "scheduling")) {
        parts += row.path(part + "_seconds").asDouble();
      }
      assertThat(row.path("step_seconds").asDouble()).isEqualTo(parts);
    }
    assertThat(first.out()).contains(String.format(Locale.ROOT, "  %,.0f  ", fastest));
  }

  @Test
  void aRunThatWasMeasuredIsCheckedAndPredictsOtherModels() throws IOException {
    Object tokens = TinyTokens.write(directory.resolve("tokens"));
    Path whole = pretrain(tokens, "whole", "parallel.dataParallel=1");
    Path pipeline = pretrain(tokens, "pipeline", "parallel.pipelineParallel=2");

    CommandLineRun checked = kindling("sweep", "--simulate", "--check", whole, "--check", pipeline);

    assertThat(checked.err()).isEmpty();
    List<String> lines = checked.out().lines().toList();
    assertThat(lines).hasSize(3);
    assertThat(lines.get(1)).matches("whole +averaging, 1 × 1 × 1 +2 .* -?0\\.0 % .*");
    assertThat(lines.get(2))
        .startsWith("pipeline  averaging, 1 × 2 × 1, 1f1b")
        .endsWith("measured with 2 ranks on 1 executor");
    String[] cells = lines.get(2).split(" {2,}", -1);
    assertThat(cells[6]).as("measured bytes").isEqualTo(cells[7]);

    CommandLineRun larger =
        kindling(
            "sweep", "--simulate", "--run", whole, "--executors", 8, "--set", "model.numLayers=8");
    assertThat(larger.err()).isEmpty();
    assertThat(larger.out().lines()).hasSize(3);

    assertThat(refused("--check", pipeline))
        .contains("was trained as averaging, 1 × 2 × 1, 1f1b, whose ranks wait for each other")
        .contains("to do:    name such a run with --run");
  }

  private Path pretrain(Object tokens, String name, String settings) {
    Path output = directory.resolve(name);
    CommandLineRun run =
        kindling(
            "pretrain",
            "--input",
            tokens,
            "--output",
            output,
            "--master",
            "local[2]",
            "--set=model.numLayers=2",
            "--set=model.numHeads=2",
            "--set=model.embeddingSize=16",
            "--set=model.contextLength=8",
            "--set=training.batchSize=2",
            "--set=training.steps=6",
            "--set=dataParallelism.localSteps=2",
            "--set=" + settings);
    assertThat(run.err()).isEmpty();
    return output;
  }

  @Test
  void whatCannotBeIsOneClearMessage() {
    Object[] speed = {"--tokens-per-second", 2000};
    assertThat(refused()).contains("neither --run nor --tokens-per-second was given");
    assertThat(refused("--tokens-per-second", 0)).contains("give --tokens-per-second");
    assertThat(refused(with(speed, "--run", directory)))
        .contains("--run and --tokens-per-second were given");
    assertThat(refused("--run", directory)).contains("has no summary.json of a training run");
    assertThat(refused(with(speed, "--executors", 0))).contains("--executors has 0");
    assertThat(refused(with(speed, "--strategy", "fast")))
        .contains("--strategy is 'fast'")
        .contains("expected: one of [averaging, synchronous]");
    assertThat(refused(with(speed, "--global-batch", 0))).contains("--global-batch is 0");
    assertThat(refused(with(speed, "--executor-memory", "much")))
        .contains("--executor-memory is 'much'");
    assertThat(refused(with(speed, "--bandwidth", 0))).contains("--bandwidth is 0.0");
    assertThat(refused(with(speed, "--latency", -1))).contains("--latency is -1.0");
    assertThat(refused(with(speed, "--spread", 3))).contains("--spread is 3.0");
    assertThat(refused(with(speed, "--output", "ways.txt")))
        .contains("--output is ways.txt")
        .contains("expected: a file that ends in .csv or .json");
    assertThat(refused("--check", directory, "--all"))
        .contains("--check was given with --config, --set, --all or --output");
  }

  @Test
  void whatNoMeshCanDoHasNoBest() {
    CommandLineRun batch =
        simulate("--tokens-per-second", 2000, "--executors", 4096, "--global-batch", 2);
    assertThat(batch.out()).contains("4,096      none").contains("can share the global batch");

    CommandLineRun memory =
        simulate("--tokens-per-second", 2000, "--executors", 8, "--executor-memory", "100m");
    assertThat(memory.out()).contains("8          none").contains("MiB an executor");
  }

  private static String refused(Object... options) {
    List<Object> arguments = new ArrayList<>(List.of("sweep", "--simulate"));
    arguments.addAll(List.of(options));
    CommandLineRun run = kindling(arguments.toArray());
    assertThat(run.exitCode()).isEqualTo(Kindling.BAD_INPUT);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).startsWith("kindling sweep --simulate: ").contains("to do:");
    assertThat(run.err()).doesNotContain("\tat ");
    return run.err();
  }

  private static Object[] with(Object[] options, Object... more) {
    List<Object> all = new ArrayList<>(List.of(options));
    all.addAll(List.of(more));
    return all.toArray();
  }
}
