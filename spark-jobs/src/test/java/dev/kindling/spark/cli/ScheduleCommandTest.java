package dev.kindling.spark.cli;

import static dev.kindling.spark.cli.CommandLineRun.kindling;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScheduleCommandTest {
  @TempDir Path directory;

  @Test
  void itTellsTheBubbleAndThePeaksOfOneSchedule() {
    CommandLineRun run = kindling("schedule", "--stages", 4, "--micro-batches", 8);

    assertThat(run.err()).isEmpty();
    assertThat(run.exitCode()).isZero();
    assertThat(run.out())
        .startsWith("1f1b: 4 ranks, 8 micro-batches: 33 s, bubble 27.3 %\nrank 0  0> 1> 2> 3> ....")
        .contains("1f1b      0     24 s      9 s    27.3 %  4 micro-batches")
        .contains("          3     24 s      9 s    27.3 %  1 micro-batch\n");
  }

  @Test
  void itComparesAllSchedulesAndDrawsThem() throws Exception {
    Path page = directory.resolve("page.html");

    CommandLineRun run =
        kindling(
            "schedule",
            "--stages",
            4,
            "--micro-batches",
            8,
            "--compare",
            "--output",
            page,
            "--activation-bytes",
            1 << 20);

    assertThat(run.err()).isEmpty();
    assertThat(run.exitCode()).isZero();
    assertThat(run.out())
        .contains("gpipe: 4 ranks, 8 micro-batches: 33 s, bubble 27.3 %")
        .contains("1f1b: 4 ranks, 8 micro-batches: 33 s, bubble 27.3 %")
        .contains(
            "interleaved: 4 ranks with 2 virtual stages each, 8 micro-batches: 28.5 s, bubble"
                + " 15.8 %")
        .contains("8 micro-batches, 8.0 MiB")
        .contains("5.50 micro-batches, 5.5 MiB");
    assertThat(Files.readString(page))
        .contains("backward, chunk b")
        .contains("<td>5.50 micro-batches, 5.5 MiB</td>")
        .contains("<title>rank 3: forward 0, 3 to 4 s</title>");
  }

  @Test
  void aComparisonSaysWhatIsImpossible() {
    CommandLineRun run = kindling("schedule", "--stages", 4, "--micro-batches", 7, "--compare");

    assertThat(run.exitCode()).isZero();
    assertThat(run.out())
        .contains("1f1b: 4 ranks, 7 micro-batches")
        .contains(
            "interleaved is left out: microBatches 7 is not a multiple of pipelineParallel 4");
  }

  @Test
  void unequalStagesAndTransfersCount() {
    CommandLineRun run =
        kindling(
            "schedule",
            "--stages",
            2,
            "--micro-batches",
            1,
            "--schedule",
            "gpipe",
            "--forward",
            "1,2",
            "--backward",
            "3,4",
            "--transfer",
            0.5);

    assertThat(run.out()).startsWith("gpipe: 2 ranks, 1 micro-batch: 11 s, bubble 54.5 %");
  }

  @Test
  void whatCannotBeScheduledIsOneClearMessage() {
    refuses("schedule is 'zero'", "--schedule", "zero");
    refuses("microBatches 6 is not a multiple", "--schedule", "interleaved");
    refuses("virtualStages 3", "--virtual-stages", 3);
    refuses("forward has 3 values for 4 ranks", "--forward", "1,1,1");
    refuses("forward has 3 values for 4 ranks", "--forward", "1,1,1", "--compare");
    refuses("--width", "--width", 5);
    refuses("--activation-bytes", "--activation-bytes", -1);
  }

  @Test
  void anExistingPageIsLeftAsItIs() throws Exception {
    Path page = Files.writeString(directory.resolve("page.html"), "mine");

    CommandLineRun run =
        kindling("schedule", "--stages", 2, "--micro-batches", 2, "--output", page);

    assertThat(run.exitCode()).isEqualTo(Kindling.BAD_INPUT);
    assertThat(run.err()).contains("exists already");
    assertThat(page).hasContent("mine");
  }

  private static void refuses(String message, Object... options) {
    Object[] arguments = new Object[options.length + 5];
    arguments[0] = "schedule";
    arguments[1] = "--stages";
    arguments[2] = 4;
    arguments[3] = "--micro-batches";
    arguments[4] = 6;
    System.arraycopy(options, 0, arguments, 5, options.length);

    CommandLineRun run = kindling(arguments);

    assertThat(run.exitCode()).isEqualTo(Kindling.BAD_INPUT);
    assertThat(run.err()).contains("kindling schedule: ").contains(message);
    assertThat(run.out()).isEmpty();
  }
}
