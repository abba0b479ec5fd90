package dev.kindling.spark.train;

import dev.kindling.spark.train.timeline.TaskTimes;
import java.io.Serializable;

/**
 * What one replica tells the driver about its local steps. It travels as data, through the same
 * shuffle as the parameters, so a task that ran twice is not counted twice.
 *
 * @param replica the replica's number
 * @param losses of every step, nats per token
 * @param gradientNorms of every step, before clipping
 * @param learningRates of every step; NaN where the step was left out
 * @param skipped the steps that were left out, in order
 * @param computeSeconds spent in local steps
 * @param bytesGathered payload of parameters that it received
 * @param failure why the replica stopped; empty if it did not
 * @param times of its ranks; empty in what goes to other shards than the first, which tells the
 *     driver
 */
// The arrays are payload of records that are never compared.
@SuppressWarnings("ArrayRecordComponent")
record ReplicaReport(
    int replica,
    double[] losses,
    double[] gradientNorms,
    double[] learningRates,
    SkippedStep[] skipped,
    double computeSeconds,
    long bytesGathered,
    String failure,
    TaskTimes... times)
    implements Serializable {

  /** Whether it took step {@code i} of the round. */
  boolean took(int i) {
    return !Double.isNaN(learningRates[i]);
  }

  boolean failed() {
    return !failure.isEmpty();
  }

  /** The same with times. */
  ReplicaReport with(TaskTimes... newTimes) {
    return together(bytesGathered, newTimes);
  }

  /** The same with what all ranks of the replica have received, and their times. */
  ReplicaReport together(long bytesOfAll, TaskTimes... newTimes) {
    return new ReplicaReport(
        replica,
        losses,
        gradientNorms,
        learningRates,
        skipped,
        computeSeconds,
        bytesOfAll,
        failure,
        newTimes);
  }
}
