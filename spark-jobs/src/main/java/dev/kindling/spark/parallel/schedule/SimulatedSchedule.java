package dev.kindling.spark.parallel.schedule;

import dev.kindling.spark.report.Timeline;
import dev.kindling.spark.report.Timeline.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;

/**
 * When every rank of a pipeline does what in one step of training, and what that costs. The times
 * of a step that was measured have the same form.
 *
 * @param schedule what is run
 * @param actions by rank, in order
 */
public record SimulatedSchedule(PipelineSchedule schedule, List<List<TimedAction>> actions) {
  /** Keeps unmodifiable copies. */
  public SimulatedSchedule {
    actions = actions.stream().map(List::copyOf).toList();
  }

  /** Seconds from the first action of all ranks to the last. */
  public double totalSeconds() {
    return actions.stream().flatMap(List::stream).mapToDouble(TimedAction::end).max().orElseThrow();
  }

  /** Seconds in which a rank computes. */
  public double busySeconds(int rank) {
    return actions.get(rank).stream().mapToDouble(TimedAction::seconds).sum();
  }

  /** Seconds of the step in which a rank waits. */
  public double idleSeconds(int rank) {
    double idle = 0;
    double end = 0;
    for (TimedAction timed : actions.get(rank)) {
      idle += timed.start() - end;
      end = timed.end();
    }
    return idle + totalSeconds() - end;
  }

  /** The part of the step in which a rank waits, from 0 to 1. */
  public double bubble(int rank) {
    return idleSeconds(rank) / totalSeconds();
  }

  /** The part of all ranks' time in which they wait, from 0 to 1. */
  public double bubble() {
    return IntStream.range(0, schedule.numRanks())
        .mapToDouble(this::bubble)
        .average()
        .orElseThrow();
  }

  /**
   * Forward passes of one micro-batch through one chunk whose activations a rank keeps for their
   * way back, where it keeps the most.
   */
  public int peakPasses(int rank) {
    return Math.toIntExact(peak(rank, action -> 1));
  }

  /**
   * The most memory that a rank's activations take.
   *
   * @param bytesPerStage the activations of one micro-batch, by virtual stage
   * @throws IllegalArgumentException if these are not of all virtual stages
   */
  public long peakBytes(int rank, List<Long> bytesPerStage) {
    if (bytesPerStage.size() != schedule.numStages()) {
      throw new IllegalArgumentException(
          "Bytes of "
              + bytesPerStage.size()
              + " virtual stages were given: expected those of "
              + schedule.numStages());
    }
    return peak(rank, action -> bytesPerStage.get(schedule.stage(rank, action.chunk())));
  }

  /** Activations live from the beginning of the forward pass to the end of the backward pass. */
  private long peak(int rank, ToLongFunction<Action> size) {
    long live = 0;
    long peak = 0;
    for (TimedAction timed : actions.get(rank)) {
      long change = size.applyAsLong(timed.action());
      live +=
          switch (timed.action().kind()) {
            case FORWARD -> change;
            case BACKWARD -> -change;
          };
      peak = Math.max(peak, live);
    }
    return peak;
  }

  /** A drawing with a row for every rank. */
  public Timeline timeline(String title) {
    List<String> rows = new ArrayList<>();
    List<Span> spans = new ArrayList<>();
    for (int rank = 0; rank < schedule.numRanks(); rank++) {
      rows.add("rank " + rank);
      for (TimedAction timed : actions.get(rank)) {
        spans.add(
            new Span(
                rank, kind(timed.action()), label(timed.action()), timed.start(), timed.end()));
      }
    }
    return new Timeline(title, rows, kinds(), spans);
  }

  private List<String> kinds() {
    List<String> kinds = new ArrayList<>();
    for (int chunk = 0; chunk < schedule.numChunks(); chunk++) {
      kinds.add(kind(Action.forward(chunk, 0)));
      kinds.add(kind(Action.backward(chunk, 0)));
    }
    return kinds;
  }

  /** The micro-batch, with a letter for the chunk where ranks have several. */
  String label(Action action) {
    return schedule.numChunks() == 1
        ? String.valueOf(action.microBatch())
        : action.microBatch() + chunkName(action.chunk());
  }

  private String kind(Action action) {
    String kind = action.kind().name().toLowerCase(Locale.ROOT);
    return schedule.numChunks() == 1 ? kind : kind + ", chunk " + chunkName(action.chunk());
  }

  /** a, b, … z, aa, ab, …. */
  private static String chunkName(int chunk) {
    String last = String.valueOf((char) ('a' + chunk % 26));
    return chunk < 26 ? last : chunkName(chunk / 26 - 1) + last;
  }
}
