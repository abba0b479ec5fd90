package dev.kindling.spark.train.timeline;

import java.io.Serializable;
import java.util.Arrays;

/**
 * What the time of a task in a round went to.
 *
 * @param number the rank, of a task that takes steps; the shard, of one that averages
 * @param place where it ran
 * @param startMillis when it began, by the clock of its host, in milliseconds since 1970
 * @param seconds by {@link Activity}, in their order
 * @param passes start and end of every pass of the rank's last step, in the order of its schedule;
 *     seconds from the moment at which all ranks agreed on that step, so all are below zero. Hosts'
 *     clocks differ, but that moment is the same for all. Empty where there is no pipeline
 */
// The arrays are payload of records that are never compared.
@SuppressWarnings("ArrayRecordComponent")
public record TaskTimes(
    int number, TaskPlace place, long startMillis, double[] seconds, double[] passes)
    implements Serializable {

  /** Of one activity. */
  public double seconds(Activity activity) {
    return seconds[activity.index()];
  }

  /** In which the task computes steps, alone. */
  public double computeSeconds() {
    return seconds(Activity.COMPUTE) + seconds(Activity.FORWARD) + seconds(Activity.BACKWARD);
  }

  /** In which it only exchanges tensors with other ranks. */
  public double waitSeconds() {
    return seconds(Activity.WAIT_FOR_STAGES) + seconds(Activity.ALL_REDUCE);
  }

  /** Of all of them. */
  public double totalSeconds() {
    return Arrays.stream(seconds).sum();
  }
}
