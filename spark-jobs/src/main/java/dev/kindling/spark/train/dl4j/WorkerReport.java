package dev.kindling.spark.train.dl4j;

import dev.kindling.spark.train.timeline.TaskTimes;
import java.io.Serializable;

/**
 * What a worker tells the driver about its local steps.
 *
 * @param replica its number
 * @param losses of every step, in nats per token
 * @param gradientNorms of every step, before clipping
 * @param learningRates of every step
 * @param times what its time went to
 */
// The arrays are payload of a record that is never compared.
@SuppressWarnings("ArrayRecordComponent")
public record WorkerReport(
    int replica, double[] losses, double[] gradientNorms, double[] learningRates, TaskTimes times)
    implements Serializable {}
