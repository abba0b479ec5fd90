package dev.kindling.spark.train.timeline;

import java.util.Comparator;
import java.util.List;
import java.util.Set;

/**
 * Where the time of a round went.
 *
 * @param startMillis when it began, by the driver's clock, in milliseconds since 1970
 * @param seconds wall-clock
 * @param ranks the tasks that took steps, by rank
 * @param late ranks that began in a round before
 * @param shards the tasks that averaged, by shard
 */
public record RoundTimes(
    long startMillis,
    double seconds,
    List<TaskTimes> ranks,
    Set<Integer> late,
    List<TaskTimes> shards) {
  /** Puts the tasks in order, and keeps unmodifiable copies. */
  public RoundTimes {
    ranks = inOrder(ranks);
    late = Set.copyOf(late);
    shards = inOrder(shards);
  }

  private static List<TaskTimes> inOrder(List<TaskTimes> tasks) {
    return tasks.stream().sorted(Comparator.comparingInt(TaskTimes::number)).toList();
  }

  /** Those of a round that has ended now. */
  public static RoundTimes endingNow(
      double seconds, List<TaskTimes> ranks, Set<Integer> late, List<TaskTimes> shards) {
    long startMillis = System.currentTimeMillis() - Math.round(1000 * seconds);
    return new RoundTimes(startMillis, seconds, ranks, late, shards);
  }

  /**
   * When a rank began, in seconds of the round. Clocks of hosts differ, but a task that the round
   * has waited for lies within it; of a late one, the end does.
   */
  double startOfRank(TaskTimes task) {
    double start = start(task);
    return late.contains(task.number()) ? start : Math.max(0, start);
  }

  /** When an outer step began, in seconds of the round. */
  double startOfShard(TaskTimes task) {
    return Math.max(0, start(task));
  }

  private double start(TaskTimes task) {
    double told = (task.startMillis() - startMillis) / 1e3;
    return Math.min(told, seconds - task.totalSeconds());
  }
}
