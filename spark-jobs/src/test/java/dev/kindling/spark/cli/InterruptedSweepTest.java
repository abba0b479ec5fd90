package dev.kindling.spark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kindling.spark.train.TinyTokens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A sweep in a process of its own, which is killed in its second run. */
class InterruptedSweepTest {
  /** 40 rounds, each with a checkpoint: long enough to be met alive. */
  private static final String[] RUNS = {
    "--vary", "tokens=128,2560,256", "--set", "checkpoint.everyRounds=1"
  };

  @TempDir Path directory;
  private org.apache.hadoop.fs.Path tokens;

  @Test
  void theSameCommandGoesOnToTheSameLossesAndLeavesFinishedRunsAsTheyAre() throws Exception {
    tokens = TinyTokens.write(directory.resolve("tokens"));
    Path sweep = directory.resolve("sweep");
    try (DriverProcess driver = DriverProcess.start(directory, command(sweep))) {
      driver.awaitLine("2 of 3");
      // Its second checkpoint is begun, so the first one is whole.
      driver.awaitFile(
          sweep.resolve("runs/002_tokens=2560/checkpoints/step-00000004/manifest.json"));
      driver.signal("KILL");
      assertThat(driver.awaitExit()).as(driver::printed).isEqualTo(137);
    }
    SortedMap<String, String> first = TinyQuickstart.contents(sweep.resolve("runs/001_tokens=128"));
    assertThat(first).containsKey("summary.json");
    assertThat(numRows(sweep)).isEqualTo(1);
    assertThat(sweep.resolve("runs/003_tokens=256")).doesNotExist();

    CommandLineRun resumed = CommandLineRun.kindling(command(sweep).toArray());

    assertThat(resumed.exitCode()).as(resumed.out() + resumed.err()).isZero();
    assertThat(resumed.out()).contains("1 of 3 runs are finished already", "going on from step");
    assertThat(numRows(sweep)).isEqualTo(3);
    assertThat(TinyQuickstart.contents(sweep.resolve("runs/001_tokens=128"))).isEqualTo(first);

    Path whole = directory.resolve("whole");
    assertThat(CommandLineRun.kindling(command(whole).toArray()).exitCode()).isZero();
    assertThat(losses(sweep)).hasSize(3).isEqualTo(losses(whole));

    SortedMap<String, String> all = TinyQuickstart.contents(sweep.resolve("runs"));
    CommandLineRun again = CommandLineRun.kindling(command(sweep).toArray());
    assertThat(again.exitCode()).as(again.err()).isZero();
    assertThat(again.out()).contains("3 of 3 runs are finished already");
    assertThat(TinyQuickstart.contents(sweep.resolve("runs"))).isEqualTo(all);
  }

  private List<String> command(Path sweep) {
    return SweepCommandTest.command(tokens, sweep, RUNS);
  }

  private static int numRows(Path sweep) throws IOException {
    return Files.readAllLines(sweep.resolve("runs.csv")).size() - 1;
  }

  private static List<Double> losses(Path sweep) throws IOException {
    List<Double> losses = new ArrayList<>();
    try (Stream<Path> runs = Files.list(sweep.resolve("runs"))) {
      for (Path run : runs.sorted().toList()) {
        losses.add(
            new ObjectMapper()
                .readTree(run.resolve("summary.json").toFile())
                .path("validation_loss")
                .asDouble());
      }
    }
    return losses;
  }
}
