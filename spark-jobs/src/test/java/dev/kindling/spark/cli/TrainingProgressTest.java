package dev.kindling.spark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kindling.spark.train.RoundReport;
import dev.kindling.spark.train.StepReport;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class TrainingProgressTest {
  private static final long SECOND = 1_000_000_000L;
  private final StringWriter text = new StringWriter();
  private final AtomicLong clock = new AtomicLong();

  @Test
  void withoutATerminalItPrintsAPlainLineEveryFewSecondsAndAtTheEnd() {
    TrainingProgress progress = progress(false);
    progress.runStarted(1234, 0, 100, 5.5, 7.6);
    for (int round = 1; round <= 10; round++) {
      clock.addAndGet(2 * SECOND);
      progress.roundFinished(round(round));
    }

    List<String> lines = text.toString().lines().toList();
    assertThat(lines.get(0))
        .contains("1,234 parameters, 100 steps; to beat: unigram loss 5.500, uniform loss 7.600");
    assertThat(lines.subList(1, lines.size()))
        .extracting(line -> line.replaceAll(".*step (\\d+)/.*", "$1"))
        .containsExactly("30", "60", "90", "100");
    assertThat(text.toString()).doesNotContain("\r").doesNotContain("\u001b");
  }

  @Test
  void onATerminalItDrawsEveryRoundInPlaceAndEndsTheLine() {
    TrainingProgress progress = progress(true);
    progress.runStarted(1, 0, 20, 5, 6);
    clock.addAndGet(10 * SECOND);
    progress.roundFinished(round(1));
    clock.addAndGet(10 * SECOND);
    progress.roundFinished(round(2));

    assertThat(text.toString().split("\r", -1)).hasSize(3);
    assertThat(text.toString()).endsWith("0 s left" + System.lineSeparator());
  }

  @Test
  void theLineHasLossValidationLossSpeedAndTimeLeft() {
    TrainingProgress progress = progress(false);
    progress.runStarted(1, 0, 100, 5, 6);
    progress.evaluationFinished(10, 4.25);
    clock.addAndGet(20 * SECOND);
    progress.roundFinished(round(2));

    assertThat(text.toString())
        .contains("[####----------------] step 20/100  loss 3.000  validation 4.250")
        .contains("2,500 tokens/s  1 min 20 s left");
  }

  @Test
  void aRunThatGoesOnIsNotCountedAsFast() {
    TrainingProgress progress = progress(false);
    progress.runStarted(1, 90, 110, 5, 6);
    clock.addAndGet(10 * SECOND);
    progress.roundFinished(round(10));

    assertThat(text.toString()).contains("going on from step 90").contains("10 s left");
  }

  private TrainingProgress progress(boolean terminal) {
    return new TrainingProgress(
        new Console(new PrintWriter(text, true), terminal), () -> {}, clock::get);
  }

  private static RoundReport round(int round) {
    StepReport step = new StepReport(10L * round, 2, 3.0, 2.9, 3.1, 0.1, 1.0, 0.001, 100L * round);
    return new RoundReport(round, 2, List.of(step), List.of(), List.of(), 1000, 0.3, 0.1, 1000);
  }
}
