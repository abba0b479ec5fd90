package dev.kindling.spark.cli;

import dev.kindling.spark.parallel.schedule.PipelineSchedule;
import dev.kindling.spark.parallel.schedule.ScheduleKind;
import dev.kindling.spark.parallel.schedule.SchedulePicture;
import dev.kindling.spark.parallel.schedule.ScheduleSimulator;
import dev.kindling.spark.parallel.schedule.SimulatedSchedule;
import dev.kindling.spark.parallel.schedule.StageTimes;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.hadoop.fs.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What a pipeline would do in a step, before one is paid for. */
@Command(
    name = "schedule",
    description = {
      "Simulates a step of pipeline-parallel training: when every rank runs which micro-batch, how"
          + " long ranks wait (the bubble), and how many activations they keep. Needs no cluster."
    },
    footer = {
      "Example:",
      "  kindling schedule --stages 4 --micro-batches 8 --compare --output page.html"
    })
final class ScheduleCommand implements Callable<Integer> {
  private static final int CHUNKS_WHERE_INTERLEAVED = 2;
  private static final int LEAST_WIDTH = 20;

  @Spec private CommandSpec spec;

  @Option(
      names = "--stages",
      paramLabel = "P",
      required = true,
      description = "Ranks of the pipeline: parallel.pipelineParallel.")
  private int numRanks;

  @Option(
      names = "--micro-batches",
      paramLabel = "M",
      required = true,
      description = "Parts of a batch: parallel.microBatches.")
  private int numMicroBatches;

  @Option(
      names = "--schedule",
      paramLabel = "NAME",
      defaultValue = "1f1b",
      description = "gpipe, 1f1b or interleaved (default: ${DEFAULT-VALUE}).")
  private String schedule;

  @Option(
      names = "--virtual-stages",
      paramLabel = "V",
      description = "Chunks of the model on every rank of an interleaved schedule (default: 2).")
  private Integer numChunks;

  @Option(
      names = "--compare",
      description = "All schedules side by side, whatever --schedule says.")
  private boolean compare;

  @Option(
      names = "--forward",
      paramLabel = "SECONDS",
      split = ",",
      defaultValue = "1",
      description =
          "Forward pass of a micro-batch: one value for all ranks, one per rank, or one per virtual"
              + " stage (default: ${DEFAULT-VALUE}).")
  private List<Double> forward;

  @Option(
      names = "--backward",
      paramLabel = "SECONDS",
      split = ",",
      defaultValue = "2",
      description = "Backward pass, likewise (default: ${DEFAULT-VALUE}).")
  private List<Double> backward;

  @Option(
      names = "--transfer",
      paramLabel = "SECONDS",
      defaultValue = "0",
      description =
          "From the end of a pass until the next rank has its output (default: ${DEFAULT-VALUE}).")
  private double transfer;

  @Option(
      names = "--activation-bytes",
      paramLabel = "BYTES",
      description = "Activations of one micro-batch on one rank, to tell the peaks in bytes too.")
  private Long activationBytes;

  @Option(
      names = "--width",
      paramLabel = "COLUMNS",
      defaultValue = "120",
      description = "Of the picture (default: ${DEFAULT-VALUE}).")
  private int width;

  @Option(
      names = "--output",
      paramLabel = "FILE",
      description = "A new HTML file that shows the same.")
  private Path output;

  @Override
  public Integer call() {
    if (width < LEAST_WIDTH) {
      throw refused("--width is " + width + ": it must be " + LEAST_WIDTH + " or more");
    }
    if (activationBytes != null && activationBytes < 0) {
      throw refused("--activation-bytes is " + activationBytes + ": it must be 0 or more");
    }
    List<SimulatedSchedule> simulated = new ArrayList<>();
    List<String> impossible = new ArrayList<>();
    if (compare) {
      for (ScheduleKind kind : ScheduleKind.values()) {
        try {
          simulated.add(simulate(kind));
        } catch (IllegalArgumentException e) {
          impossible.add(kind + " is left out: " + e.getMessage());
        }
      }
    }
    if (simulated.isEmpty()) {
      simulated.add(simulateChosen());
    }
    print(simulated, impossible);
    return Kindling.OK;
  }

  private SimulatedSchedule simulateChosen() {
    try {
      return simulate(ScheduleKind.of(schedule));
    } catch (IllegalArgumentException e) {
      throw refused(e.getMessage());
    }
  }

  private ParameterException refused(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  private SimulatedSchedule simulate(ScheduleKind kind) {
    PipelineSchedule made = PipelineSchedule.of(kind, numRanks, chunks(kind), numMicroBatches);
    return ScheduleSimulator.run(made, StageTimes.of(made, forward, backward, transfer));
  }

  /** What the user says counts, but for the other schedules of a comparison. */
  private int chunks(ScheduleKind kind) {
    boolean interleaved = kind == ScheduleKind.INTERLEAVED;
    if (numChunks == null || (compare && !interleaved)) {
      return interleaved ? CHUNKS_WHERE_INTERLEAVED : 1;
    }
    return numChunks;
  }

  private void print(List<SimulatedSchedule> simulated, List<String> impossible) {
    ScheduleSummary summary = new ScheduleSummary(simulated, activationBytes);
    Console console = Console.on(spec.commandLine().getOut());
    for (SimulatedSchedule one : simulated) {
      console.line(ScheduleSummary.title(one));
      SchedulePicture.of(one, width).lines().forEach(console::line);
      console.line("");
    }
    summary.lines().forEach(console::line);
    impossible.forEach(console::line);
    if (output != null) {
      TextOutput.write(Hadoop.configuration(), spec, output, summary.page(impossible));
    }
  }
}
