package dev.kindling.spark.cli;

import static dev.kindling.spark.cli.CommandLineRun.kindling;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kindling.spark.train.TinyTokens;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a run needs is said beforehand, and a driver that has less says so and writes nothing. */
class PretrainMemoryTest {
  /** 25 million parameters: 505 MB of arrays in the heap of a task. */
  private static final List<String> SHAPE =
      List.of(
          "model.numLayers=8",
          "model.numHeads=8",
          "model.embeddingSize=512",
          "model.contextLength=8",
          "training.backend=onednn",
          "training.batchSize=1",
          "training.steps=2",
          "dataParallelism.localSteps=1",
          "training.evaluateEverySteps=0",
          "parallel.dataParallel=1");

  @TempDir static Path directory;
  @TempDir Path own;
  private static org.apache.hadoop.fs.Path tokens;

  @BeforeAll
  static void writeTokens() throws IOException {
    tokens = TinyTokens.write(directory.resolve("tokens"));
  }

  private List<String> command(Path output, String master) {
    List<String> command = new ArrayList<>(List.of("pretrain", "--input", tokens.toString()));
    command.addAll(List.of("--output", output.toString(), "--master", master));
    SHAPE.forEach(setting -> command.addAll(List.of("--set", setting)));
    return command;
  }

  @Test
  void aDryRunSaysWhatAnExecutorNeedsAndHowToGiveIt() {
    List<String> command = command(own.resolve("run"), "local-cluster[1,1,1024]");
    command.add("--dry-run");

    CommandLineRun run = kindling(command.toArray());

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out())
        .contains("an executor needs, for 1 rank at once, 1.5 GiB of heap and ")
        .contains("--master 'local-cluster[1,1,1536]' --conf spark.executor.memory=1536m");
  }

  @Test
  void whatIsAdvisedToADriverThatIsTooSmallIsEnoughForTheRun() throws Exception {
    Path output = own.resolve("run");
    List<String> command = command(output, "local[1]");
    String refusal;
    try (DriverProcess small = DriverProcess.start(own, "460m", command)) {
      assertThat(small.awaitExit()).as(small::printed).isEqualTo(Kindling.BAD_INPUT);
      refusal = small.printed();
    }

    assertThat(refusal)
        .contains("the driver, which is the executor too, has 460.0 MiB of Java heap");
    assertThat(output).doesNotExist();
    Matcher advice = Pattern.compile("use --driver-memory (\\S+)").matcher(refusal);
    assertThat(advice.find()).as(refusal).isTrue();
    try (DriverProcess enough = DriverProcess.start(own, advice.group(1), command)) {
      assertThat(enough.awaitExit()).as(enough::printed).isZero();
      assertThat(enough.printed()).doesNotContain("memory is tight");
    }
    assertThat(output.resolve("summary.json")).exists();
  }
}
