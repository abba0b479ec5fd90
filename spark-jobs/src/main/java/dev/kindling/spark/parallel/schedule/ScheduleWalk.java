package dev.kindling.spark.parallel.schedule;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * One order in which all ranks together can run a schedule: every rank goes through its own actions
 * in turn, waits for what it receives, and does not wait for what it sends to be taken.
 *
 * @param steps what can run, each after all that it waits for
 * @param blocked the first action of every rank that cannot go on; empty if all can
 */
record ScheduleWalk(List<Step> steps, List<Step> blocked) {
  /**
   * One action of one rank.
   *
   * @param stage the virtual stage that the action is of
   */
  record Step(int rank, int stage, Action action) {}

  static ScheduleWalk through(PipelineSchedule schedule) {
    boolean[][] forward = new boolean[schedule.numStages()][schedule.numMicroBatches()];
    boolean[][] backward = new boolean[schedule.numStages()][schedule.numMicroBatches()];
    int[] next = new int[schedule.numRanks()];
    List<Step> steps = new ArrayList<>();
    int before;
    do {
      before = steps.size();
      for (int rank = 0; rank < schedule.numRanks(); rank++) {
        for (; next[rank] < schedule.actions().get(rank).size(); next[rank]++) {
          Step step = step(schedule, rank, next[rank]);
          boolean[][] done =
              switch (step.action().kind()) {
                case FORWARD -> forward;
                case BACKWARD -> backward;
              };
          OptionalInt awaited = awaitedStage(schedule, step);
          if (awaited.isPresent() && !done[awaited.getAsInt()][step.action().microBatch()]) {
            break;
          }
          done[step.stage()][step.action().microBatch()] = true;
          steps.add(step);
        }
      }
    } while (steps.size() > before);
    List<Step> blocked = new ArrayList<>();
    for (int rank = 0; rank < schedule.numRanks(); rank++) {
      if (next[rank] < schedule.actions().get(rank).size()) {
        blocked.add(step(schedule, rank, next[rank]));
      }
    }
    return new ScheduleWalk(steps, blocked);
  }

  /** The stage that an action receives from: none at the two ends of the model. */
  static OptionalInt awaitedStage(PipelineSchedule schedule, Step step) {
    int awaited =
        switch (step.action().kind()) {
          case FORWARD -> step.stage() - 1;
          case BACKWARD -> step.stage() + 1;
        };
    return awaited < 0 || awaited == schedule.numStages()
        ? OptionalInt.empty()
        : OptionalInt.of(awaited);
  }

  private static Step step(PipelineSchedule schedule, int rank, int index) {
    Action action = schedule.actions().get(rank).get(index);
    return new Step(rank, schedule.stage(rank, action.chunk()), action);
  }
}
