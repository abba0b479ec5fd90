package dev.kindling.spark.train;

import java.io.Serializable;

/**
 * What one replica tells the driver about its local steps. It travels as data, through the same
 * shuffle as the parameters, so a task that ran twice is not counted twice.
 *
 * @param replica the replica's number
 * @param losses of every step, nats per token
 * @param gradientNorms of every step, before clipping
 * @param learningRates of every step
 * @param computeSeconds spent in local steps
 * @param bytesGathered payload of parameters that it received
 * @param failure why the replica stopped; empty if it did not
 */
// The arrays are payload of records that are never compared.
@SuppressWarnings("ArrayRecordComponent")
record ReplicaReport(
    int replica,
    double[] losses,
    double[] gradientNorms,
    double[] learningRates,
    double computeSeconds,
    long bytesGathered,
    String failure)
    implements Serializable {

  boolean failed() {
    return !failure.isEmpty();
  }
}
