package dev.kindling.spark.train;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kindling.model.layout.PieceRange;
import dev.kindling.spark.parallel.schedule.PipelineSchedule;
import dev.kindling.spark.parallel.schedule.ScheduleSimulator;
import dev.kindling.spark.parallel.schedule.SimulatedSchedule;
import dev.kindling.spark.parallel.schedule.StageBalance;
import dev.kindling.spark.parallel.schedule.StageTimes;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * Which pieces of the model the virtual stages of a pipeline have. They are balanced by what the
 * pieces cost, measured when a run begins, and stay with the run: a checkpoint carries them, so
 * that what goes on from it adds up in the same order.
 */
final class Stages {
  private static final String KEY = "stages";

  private Stages() {}

  /**
   * The stages of the run.
   *
   * @param settings of the run; gets the stages
   * @param before settings of the checkpoint that the run goes on from; empty for none
   * @param seconds of every piece
   */
  static List<PieceRange> of(
      ObjectNode settings, ObjectNode before, int numStages, List<Double> seconds) {
    List<PieceRange> stages = known(before);
    if (stages.size() != numStages || stages.get(numStages - 1).end() != seconds.size()) {
      stages = StageBalance.cut(seconds, numStages);
    }
    settings.put(KEY, described(stages));
    return stages;
  }

  /** As first and end of every stage: {@code 0-3 3-6}. */
  static String described(List<PieceRange> stages) {
    return stages.stream()
        .map(stage -> stage.first() + "-" + stage.end())
        .collect(Collectors.joining(" "));
  }

  /** How the schedule would go if every pass took what it took in the measurement. */
  static SimulatedSchedule simulated(
      PipelineSchedule schedule, List<PieceRange> stages, List<PieceTimer.Seconds> seconds) {
    return ScheduleSimulator.run(
        schedule,
        new StageTimes(
            sums(stages, seconds, PieceTimer.Seconds::forward),
            sums(stages, seconds, PieceTimer.Seconds::backward),
            0));
  }

  private static List<Double> sums(
      List<PieceRange> stages,
      List<PieceTimer.Seconds> seconds,
      ToDoubleFunction<PieceTimer.Seconds> way) {
    return stages.stream()
        .map(stage -> seconds.subList(stage.first(), stage.end()).stream().mapToDouble(way).sum())
        .toList();
  }

  private static List<PieceRange> known(ObjectNode settings) {
    String described = settings.path(KEY).asText();
    return described.isEmpty()
        ? List.of()
        : Arrays.stream(described.split(" ")).map(Stages::range).toList();
  }

  private static PieceRange range(String described) {
    String[] bounds = described.split("-", -1);
    return new PieceRange(Integer.parseInt(bounds[0]), Integer.parseInt(bounds[1]));
  }
}
