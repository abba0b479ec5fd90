package dev.kindling.spark.train;

import java.io.Serializable;
import java.util.Locale;

/**
 * A step that a replica did not take: parameters and moments stayed as they were.
 *
 * @param step the number of the step, from 1
 * @param replica who left it out
 * @param firstSample the global number of the first sample of its batch
 * @param numSamples the samples of its batch, with numbers that follow each other
 * @param loss nats per token
 * @param gradientNorm before clipping
 */
public record SkippedStep(
    long step, int replica, long firstSample, int numSamples, double loss, double gradientNorm)
    implements Serializable {

  /** Whether a number was not finite; otherwise the loss was a spike. */
  public boolean isNonFinite() {
    return !Double.isFinite(loss) || !Double.isFinite(gradientNorm);
  }

  /** What happened, and where. */
  public String describe() {
    return String.format(
        Locale.ROOT,
        "replica %d, step %d, samples %d to %d: the loss is %s and the norm of its gradient %s",
        replica,
        step,
        firstSample,
        firstSample + numSamples - 1,
        loss,
        gradientNorm);
  }
}
