package dev.kindling.spark.parallel.schedule;

import dev.kindling.spark.parallel.schedule.ScheduleWalk.Step;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** Finds what is wrong with a schedule before a cluster waits for it. */
public final class ScheduleCheck {
  private ScheduleCheck() {}

  /**
   * Checks that every micro-batch goes forwards and then backwards through every virtual stage
   * once, and that no ranks wait for each other when receiving blocks and sending does not.
   *
   * @return the same schedule
   * @throws IllegalArgumentException naming the rank, the action and what is wrong with it
   */
  public static PipelineSchedule require(PipelineSchedule schedule) {
    if (schedule.actions().size() != schedule.numRanks()) {
      throw new IllegalArgumentException(
          "A schedule of "
              + schedule.numRanks()
              + " ranks lists the actions of "
              + schedule.actions().size());
    }
    for (int rank = 0; rank < schedule.numRanks(); rank++) {
      requireComplete(schedule, rank);
    }
    List<Step> blocked = ScheduleWalk.through(schedule).blocked();
    if (!blocked.isEmpty()) {
      throw new IllegalArgumentException(
          "The schedule never ends, since ranks wait for each other: "
              + blocked.stream()
                  .map(step -> waiting(schedule, step))
                  .collect(Collectors.joining("; ")));
    }
    return schedule;
  }

  private static void requireComplete(PipelineSchedule schedule, int rank) {
    Set<Action> done = new HashSet<>();
    for (Action action : schedule.actions().get(rank)) {
      if (action.chunk() < 0
          || action.chunk() >= schedule.numChunks()
          || action.microBatch() < 0
          || action.microBatch() >= schedule.numMicroBatches()) {
        throw new IllegalArgumentException(
            "Rank %d has %s: chunks end at %d and micro-batches at %d"
                .formatted(
                    rank, named(action), schedule.numChunks() - 1, schedule.numMicroBatches() - 1));
      }
      if (!done.add(action)) {
        throw new IllegalArgumentException(
            "Rank %d has %s twice: once is right".formatted(rank, named(action)));
      }
      if (action.kind() == Action.Kind.BACKWARD
          && !done.contains(Action.forward(action.chunk(), action.microBatch()))) {
        throw new IllegalArgumentException(
            "Rank %d has %s without or before its forward pass".formatted(rank, named(action)));
      }
    }
    requireAll(schedule, rank, done);
  }

  private static void requireAll(PipelineSchedule schedule, int rank, Set<Action> done) {
    for (Action.Kind kind : Action.Kind.values()) {
      for (int chunk = 0; chunk < schedule.numChunks(); chunk++) {
        for (int microBatch = 0; microBatch < schedule.numMicroBatches(); microBatch++) {
          Action action = new Action(kind, chunk, microBatch);
          if (!done.contains(action)) {
            throw new IllegalArgumentException(
                "Rank %d never has %s".formatted(rank, named(action)));
          }
        }
      }
    }
  }

  private static String waiting(PipelineSchedule schedule, Step step) {
    int awaited = ScheduleWalk.awaitedStage(schedule, step).orElseThrow();
    return "rank %d waits with %s for virtual stage %d of rank %d"
        .formatted(step.rank(), named(step.action()), awaited, schedule.rank(awaited));
  }

  private static String named(Action action) {
    return "%s of micro-batch %d through chunk %d"
        .formatted(
            action.kind().name().toLowerCase(Locale.ROOT), action.microBatch(), action.chunk());
  }
}
