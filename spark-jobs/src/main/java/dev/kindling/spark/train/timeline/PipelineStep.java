package dev.kindling.spark.train.timeline;

import dev.kindling.spark.parallel.schedule.Action;
import dev.kindling.spark.parallel.schedule.PipelineSchedule;
import dev.kindling.spark.parallel.schedule.ScheduleSimulator;
import dev.kindling.spark.parallel.schedule.SimulatedSchedule;
import dev.kindling.spark.parallel.schedule.StageTimes;
import dev.kindling.spark.parallel.schedule.TimedAction;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The last step of a round, as the ranks of a pipeline ran it, beside what the same passes take
 * where nothing comes between them.
 *
 * @param ranks of one pipeline, by stage
 * @param measured when they ran what
 * @param expected the simulated schedule of a pipeline whose passes take, stage by stage, the mean
 *     of the measured ones, and whose messages take no time
 */
public record PipelineStep(
    List<TaskTimes> ranks, SimulatedSchedule measured, SimulatedSchedule expected) {
  /** Shorter than any clock can tell. */
  private static final double LEAST_SECONDS = 1e-9;

  /** Keeps an unmodifiable copy. */
  public PipelineStep {
    ranks = List.copyOf(ranks);
  }

  /**
   * Makes it of what the ranks tell.
   *
   * @param schedule that they followed
   * @param ranks of one pipeline, by stage, with their passes
   */
  public static PipelineStep of(PipelineSchedule schedule, List<TaskTimes> ranks) {
    double first =
        ranks.stream().flatMapToDouble(rank -> Arrays.stream(rank.passes())).min().orElseThrow();
    List<List<TimedAction>> measured = new ArrayList<>();
    for (int rank = 0; rank < ranks.size(); rank++) {
      double[] passes = ranks.get(rank).passes();
      List<Action> actions = schedule.actions().get(rank);
      List<TimedAction> timed = new ArrayList<>();
      for (int i = 0; i < actions.size(); i++) {
        timed.add(
            new TimedAction(actions.get(i), passes[2 * i] - first, passes[2 * i + 1] - first));
      }
      measured.add(timed);
    }
    return new PipelineStep(
        ranks,
        new SimulatedSchedule(schedule, measured),
        ScheduleSimulator.run(schedule, means(schedule, measured)));
  }

  private static StageTimes means(PipelineSchedule schedule, List<List<TimedAction>> measured) {
    List<Double> forward = new ArrayList<>();
    List<Double> backward = new ArrayList<>();
    for (int stage = 0; stage < schedule.numStages(); stage++) {
      List<TimedAction> ofRank = measured.get(schedule.rank(stage));
      int chunk = stage / schedule.numRanks();
      forward.add(mean(ofRank, Action.Kind.FORWARD, chunk));
      backward.add(mean(ofRank, Action.Kind.BACKWARD, chunk));
    }
    return new StageTimes(forward, backward, 0);
  }

  private static double mean(List<TimedAction> actions, Action.Kind kind, int chunk) {
    double mean =
        actions.stream()
            .filter(timed -> timed.action().kind() == kind && timed.action().chunk() == chunk)
            .mapToDouble(TimedAction::seconds)
            .average()
            .orElseThrow();
    return Math.max(mean, LEAST_SECONDS);
  }
}
