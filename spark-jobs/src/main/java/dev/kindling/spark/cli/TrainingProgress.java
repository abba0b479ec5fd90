package dev.kindling.spark.cli;

import dev.kindling.model.layout.PieceRange;
import dev.kindling.spark.parallel.schedule.SchedulePicture;
import dev.kindling.spark.parallel.schedule.SimulatedSchedule;
import dev.kindling.spark.report.Words;
import dev.kindling.spark.train.ProgressListener;
import dev.kindling.spark.train.RoundReport;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.apache.hadoop.fs.Path;

/**
 * The progress bar of a training run: loss, validation loss, tokens per second, time left. Drawn
 * again in place on a terminal; elsewhere a plain line every few seconds.
 */
final class TrainingProgress implements ProgressListener {
  private static final int BAR_CELLS = 20;
  private static final int PICTURE_WIDTH = 100;
  private static final double SECONDS_BETWEEN_LINES = 5;
  private static final double NANOS_PER_SECOND = 1e9;

  private final Console console;
  private final Runnable begun;
  private final LongSupplier nanoTime;
  private final boolean brief;
  private long firstStep;
  private long numSteps;
  private long startNanos;
  private long lineNanos;
  private double validationLoss = Double.NaN;
  private boolean drawn;

  /**
   * @param begun called when the run has accepted its inputs and its directory
   */
  TrainingProgress(Console console, Runnable begun) {
    this(console, begun, System::nanoTime, false);
  }

  TrainingProgress(Console console, Runnable begun, LongSupplier nanoTime) {
    this(console, begun, nanoTime, false);
  }

  private TrainingProgress(Console console, Runnable begun, LongSupplier nanoTime, boolean brief) {
    this.console = console;
    this.begun = begun;
    this.nanoTime = nanoTime;
    this.brief = brief;
  }

  /** Of one of many runs: nothing stays but warnings, and the bar is drawn on a terminal only. */
  static TrainingProgress brief(Console console, Runnable begun) {
    return new TrainingProgress(console, begun, System::nanoTime, true);
  }

  @Override
  public void runStarted(
      long numParameters, long firstStep, long numSteps, double unigramLoss, double uniformLoss) {
    begun.run();
    this.firstStep = firstStep;
    this.numSteps = numSteps;
    startNanos = nanoTime.getAsLong();
    lineNanos = startNanos;
    String from = firstStep > 0 ? "going on from step " + Words.number(firstStep) : "";
    if (brief && firstStep > 0) {
      print(from);
    }
    detail(
        String.format(
            Locale.ROOT,
            "%s, %s%s; to beat: unigram loss %.3f, uniform loss %.3f",
            Words.count(numParameters, "parameter"),
            Words.count(numSteps, "step"),
            from.isEmpty() ? "" : ", " + from,
            unigramLoss,
            uniformLoss));
  }

  @Override
  public void pipelinePlanned(SimulatedSchedule expected, List<PieceRange> stages) {
    detail(ScheduleSummary.title(expected));
    detail(
        "stages of the pipeline, as pieces of the model: "
            + stages.stream()
                .map(stage -> stage.first() + " to " + (stage.end() - 1))
                .collect(Collectors.joining(", ")));
    SchedulePicture.of(expected, PICTURE_WIDTH).lines().forEach(this::detail);
    new ScheduleSummary(List.of(expected), null).lines().forEach(this::detail);
  }

  @Override
  public void roundFinished(RoundReport report) {
    long step = report.last().step();
    long now = nanoTime.getAsLong();
    boolean last = step >= numSteps;
    boolean due = (now - lineNanos) / NANOS_PER_SECOND >= SECONDS_BETWEEN_LINES;
    if (console.isTerminal()) {
      drawn = true;
      console.out().print("\r\u001b[K" + line(report, now));
      console.out().flush();
      if (last) {
        endDrawing();
      }
    } else if (!brief && (due || last)) {
      lineNanos = now;
      console.line("%s", line(report, now));
    }
  }

  @Override
  public void evaluationFinished(long step, double validationLoss) {
    this.validationLoss = validationLoss;
    if (step >= numSteps) {
      detail(
          String.format(
              Locale.ROOT,
              "validation loss %.4f nats per token after the last step",
              validationLoss));
    }
  }

  @Override
  public void checkpointWritten(long step, Path directory) {
    if (step >= numSteps) {
      detail("checkpoint " + directory);
    }
  }

  @Override
  public void warning(String message) {
    endDrawing();
    print("warning: " + message);
  }

  /** Ends a line that was drawn in place, so that the next one stands below it. */
  void endDrawing() {
    if (drawn) {
      console.out().print(brief ? "\r\u001b[K" : System.lineSeparator());
      console.out().flush();
      drawn = false;
    }
  }

  private void detail(String text) {
    if (!brief) {
      endDrawing();
      print(text);
    }
  }

  private void print(String text) {
    console.line("%-13s %s", "", text);
  }

  private String line(RoundReport report, long now) {
    long step = report.last().step();
    double seconds = (now - startNanos) / NANOS_PER_SECOND;
    long done = Math.max(step - firstStep, 1);
    double secondsLeft = seconds / done * Math.max(numSteps - step, 0);
    int filled = (int) (BAR_CELLS * step / Math.max(numSteps, 1));
    String validation =
        Double.isNaN(validationLoss)
            ? ""
            : String.format(Locale.ROOT, "  validation %.3f", validationLoss);
    return String.format(
        Locale.ROOT,
        "  [%s%s] step %s/%s  loss %.3f%s  %s tokens/s  %s left",
        "#".repeat(Math.min(filled, BAR_CELLS)),
        "-".repeat(Math.max(BAR_CELLS - filled, 0)),
        Words.number(step),
        Words.number(numSteps),
        report.last().loss(),
        validation,
        Words.number(Math.round(report.tokensPerSecond())),
        Words.duration(secondsLeft));
  }
}
