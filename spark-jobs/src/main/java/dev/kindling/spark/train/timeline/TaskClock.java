package dev.kindling.spark.train.timeline;

import dev.kindling.spark.metrics.RankMetrics;
import java.util.EnumMap;
import java.util.Map;

/**
 * Says what a task's time goes to. There is always one activity, so that all of them add up to the
 * task's wall-clock; a switch costs one look at {@link System#nanoTime}. For one thread.
 */
public final class TaskClock {
  private final long startMillis = System.currentTimeMillis();
  private final TaskPlace place;
  private final Map<Activity, Long> nanos = new EnumMap<>(Activity.class);
  private long since = System.nanoTime();
  private Activity current;

  /** Begins with an activity, in the task that calls. */
  public TaskClock(Activity first) {
    this(first, TaskPlace.here());
  }

  /** Begins with an activity, in a task at a place. */
  public TaskClock(Activity first, TaskPlace place) {
    this.current = first;
    this.place = place;
  }

  /**
   * Ends the activity that goes on, and begins another.
   *
   * @return the one that has ended, to go back to it
   */
  public Activity switchTo(Activity next) {
    long now = System.nanoTime();
    nanos.merge(current, now - since, Long::sum);
    since = now;
    Activity before = current;
    current = next;
    return before;
  }

  /**
   * What was measured until now; to be asked for once, at the end.
   *
   * @param number the task's rank, or its shard
   * @param passes of the last step, see {@link TaskTimes#passes}
   */
  public TaskTimes read(int number, double... passes) {
    switchTo(current);
    double[] seconds = new double[Activity.values().length];
    nanos.forEach((activity, each) -> seconds[activity.index()] = each / 1e9);
    TaskTimes times = new TaskTimes(number, place, startMillis, seconds, passes);
    RankMetrics.ofThisJvm().timeSpent(times.computeSeconds(), times.waitSeconds());
    return times;
  }
}
