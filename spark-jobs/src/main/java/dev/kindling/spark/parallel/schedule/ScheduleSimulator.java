package dev.kindling.spark.parallel.schedule;

import dev.kindling.spark.parallel.schedule.ScheduleWalk.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * Runs a schedule on paper: every action begins as soon as its rank has done the one before and
 * what it receives has arrived.
 */
public final class ScheduleSimulator {
  private final PipelineSchedule schedule;
  private final StageTimes times;
  private final double[][] forwardEnd;
  private final double[][] backwardEnd;
  private final double[] rankEnd;

  private ScheduleSimulator(PipelineSchedule schedule, StageTimes times) {
    this.schedule = schedule;
    this.times = times;
    forwardEnd = new double[schedule.numStages()][schedule.numMicroBatches()];
    backwardEnd = new double[schedule.numStages()][schedule.numMicroBatches()];
    rankEnd = new double[schedule.numRanks()];
  }

  /**
   * Simulates one step of training.
   *
   * @param times of every virtual stage of the schedule
   * @throws IllegalArgumentException if the schedule cannot run ({@link ScheduleCheck}), or the
   *     times are of another number of stages
   */
  public static SimulatedSchedule run(PipelineSchedule schedule, StageTimes times) {
    ScheduleCheck.require(schedule);
    if (times.forward().size() != schedule.numStages()) {
      throw new IllegalArgumentException(
          "Times of "
              + times.forward().size()
              + " virtual stages were given: expected those of "
              + schedule.numStages());
    }
    return new ScheduleSimulator(schedule, times).simulate();
  }

  private SimulatedSchedule simulate() {
    List<List<TimedAction>> timeline = new ArrayList<>();
    for (int rank = 0; rank < schedule.numRanks(); rank++) {
      timeline.add(new ArrayList<>());
    }
    for (Step step : ScheduleWalk.through(schedule).steps()) {
      timeline.get(step.rank()).add(timed(step));
    }
    return new SimulatedSchedule(schedule, timeline);
  }

  private TimedAction timed(Step step) {
    Action action = step.action();
    return switch (action.kind()) {
      case FORWARD -> timed(step, forwardEnd, times.forward().get(step.stage()));
      case BACKWARD -> timed(step, backwardEnd, times.backward().get(step.stage()));
    };
  }

  private TimedAction timed(Step step, double[][] stageEnd, double seconds) {
    int microBatch = step.action().microBatch();
    double start = rankEnd[step.rank()];
    OptionalInt awaited = ScheduleWalk.awaitedStage(schedule, step);
    if (awaited.isPresent()) {
      int stage = awaited.getAsInt();
      double transfer = schedule.rank(stage) == step.rank() ? 0 : times.transfer();
      start = Math.max(start, stageEnd[stage][microBatch] + transfer);
    }
    double end = start + seconds;
    stageEnd[step.stage()][microBatch] = end;
    rankEnd[step.rank()] = end;
    return new TimedAction(step.action(), start, end);
  }
}
