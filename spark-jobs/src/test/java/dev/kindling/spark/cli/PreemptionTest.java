package dev.kindling.spark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kindling.data.manifest.Manifest;
import dev.kindling.spark.checkpoint.CheckpointReader;
import dev.kindling.spark.train.TinyTokens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Real drivers in processes of their own that get real signals. */
class PreemptionTest {
  /** More than any test waits for. */
  private static final long ENDLESS = 1_000_000;

  private static final String TRAINING = "to beat:";

  @TempDir static Path directory;
  @TempDir Path out;
  private static org.apache.hadoop.fs.Path tokens;

  @BeforeAll
  static void writeTokens() throws IOException {
    tokens = TinyTokens.write(directory.resolve("tokens"));
  }

  @ParameterizedTest
  @CsvSource({"TERM, 143", "INT, 130"})
  void aSignalEndsARunWithACheckpointFromWhichTheSameCommandGoesOnToTheSameBits(
      String signal, int exitCode) throws Exception {
    Path run = out.resolve("run");
    try (DriverProcess driver = start(run, ENDLESS)) {
      // Its first line of progress: rounds have been taken.
      driver.awaitLine(TRAINING).awaitLine("step ");
      driver.signal(signal);
      assertThat(driver.awaitExit()).as(driver::printed).isEqualTo(exitCode);
      assertThat(driver.printed()).contains("stopped after step", "run the same command again");
    }
    long done = open(run).trainerState().step();
    assertThat(done).isPositive();
    assertThat(leases(run)).isEmpty();

    long steps = done + 4;
    CommandLineRun resumed = CommandLineRun.kindling(command(run, steps).toArray());
    CommandLineRun whole =
        CommandLineRun.kindling(command(out.resolve("undisturbed"), steps).toArray());

    assertThat(resumed.exitCode()).as(resumed.err()).isZero();
    assertThat(whole.exitCode()).as(whole.err()).isZero();
    assertThat(resumed.out()).contains("going on from step");
    assertThat(tensors(run)).isEqualTo(tensors(out.resolve("undisturbed")));
  }

  @Test
  void aRoundThatWouldOutlastTheGracePeriodIsGivenUp() throws Exception {
    List<String> command = command(out.resolve("run"), ENDLESS);
    command.addAll(
        List.of(
            "--set",
            "dataParallelism.localSteps=" + ENDLESS,
            "--set",
            "checkpoint.graceSeconds=1"));
    try (DriverProcess driver = DriverProcess.start(out, command)) {
      driver.awaitLine(TRAINING);
      driver.signal("TERM");
      assertThat(driver.awaitExit()).as(driver::printed).isEqualTo(143);
      assertThat(driver.printed()).contains("stopped after step 0");
    }
  }

  @Test
  void aSecondDriverIsRefusedAndAKilledOneLeavesItsDirectoryToTheNext() throws Exception {
    Path run = out.resolve("run");
    try (DriverProcess first = start(run, ENDLESS)) {
      first.awaitLine(TRAINING).awaitLine("step ");
      CommandLineRun second = CommandLineRun.kindling(command(run, ENDLESS).toArray());
      assertThat(second.exitCode()).isEqualTo(Kindling.BAD_INPUT);
      assertThat(second.err()).contains("is in use by application", "nothing was changed");

      first.signal("KILL");
      assertThat(first.awaitExit()).isEqualTo(137);
    }
    assertThat(leases(run)).containsExactly("_lease-00000001");
    long steps = open(run).trainerState().step() + 4;
    CommandLineRun next = CommandLineRun.kindling(command(run, steps).toArray());
    assertThat(next.exitCode()).as(next.err()).isZero();
    assertThat(next.out()).contains("going on from step");
    assertThat(leases(run)).isEmpty();
  }

  @Test
  void aNewRunIsKeptFromADirectoryWithARunIfTheUserSaysSo() {
    List<String> command = command(out.resolve("run"), 4);
    command.add("--no-resume");
    assertThat(CommandLineRun.kindling(command.toArray()).exitCode()).isZero();

    CommandLineRun again = CommandLineRun.kindling(command.toArray());
    assertThat(again.exitCode()).isEqualTo(Kindling.BAD_INPUT);
    assertThat(again.err()).contains("holds a training run", "--no-resume");
    command.set(command.size() - 1, "--resume");
    assertThat(CommandLineRun.kindling(command.toArray()).exitCode()).isZero();
  }

  private DriverProcess start(Path run, long steps) throws IOException {
    return DriverProcess.start(out, command(run, steps));
  }

  private static List<String> command(Path run, long steps) {
    List<String> command =
        new ArrayList<>(
            List.of(
                "pretrain",
                "--input",
                tokens.toString(),
                "--output",
                run.toUri().toString(),
                "--master",
                "local[2]"));
    for (String setting :
        List.of(
            "model.contextLength=8",
            "model.numLayers=1",
            "model.numHeads=2",
            "model.embeddingSize=8",
            "training.batchSize=2",
            "training.evaluateEverySteps=0",
            "training.optimizer.warmupSteps=2",
            "training.optimizer.decaySteps=100",
            "training.steps=" + steps,
            "parallel.dataParallel=2",
            "dataParallelism.localSteps=2",
            "generate.maxNewTokens=1",
            "generate.prompt=a")) {
      command.addAll(List.of("--set", setting));
    }
    return command;
  }

  private static CheckpointReader open(Path run) {
    return CheckpointReader.open(new Configuration(), new org.apache.hadoop.fs.Path(run.toUri()));
  }

  private static List<Manifest.Entry> tensors(Path run) {
    return open(run).manifest().files().stream()
        .filter(file -> file.path().endsWith(".safetensors"))
        .toList();
  }

  private static List<String> leases(Path run) throws IOException {
    try (Stream<Path> files = Files.list(run)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.startsWith("_lease"))
          .toList();
    }
  }
}
