package dev.kindling.spark.train;

import dev.kindling.spark.config.DataParallelismConfig;
import java.io.Serializable;

/**
 * What is done with the average of the replicas: SGD on the pseudo-gradient {@code g = θ -
 * mean(θ_i)}, with classical or Nesterov momentum. Learning rate 1 and momentum 0 is parameter
 * averaging (McMahan et al. 2017); DiLoCo (Douillard et al. 2023) is 0.7, 0.9 and Nesterov.
 *
 * <p>With velocity {@code v ← μv + g} the textbook step is {@code θ ← θ - η(g + e)}, where the
 * extra {@code e} is {@code μv} after the update (Nesterov) or before it (classical). It is
 * computed in double and rearranged to
 *
 * <pre>θ ← mean + (1 - η)·(θ - mean) - η·e</pre>
 *
 * so that plain averaging is <i>exactly</i> the mean, and one replica alone keeps its bits.
 *
 * @param learningRate η
 * @param momentum μ
 * @param nesterov whether the momentum looks ahead
 */
public record OuterOptimizer(double learningRate, double momentum, boolean nesterov)
    implements Serializable {

  /**
   * The state of one shard after a step; new arrays, so that the old state can be read again.
   *
   * @param theta the parameters, little-endian F32
   * @param velocity v, little-endian F32; empty where momentum is 0
   */
  // The arrays are payload of a record that is never compared.
  @SuppressWarnings("ArrayRecordComponent")
  public record Step(byte[] theta, byte[] velocity) {}

  /** The optimiser that the configuration describes. */
  public static OuterOptimizer of(DataParallelismConfig.Outer config) {
    return new OuterOptimizer(config.learningRate(), config.momentum(), config.nesterov());
  }

  /** Whether there is a velocity to keep. */
  public boolean hasVelocity() {
    return momentum != 0;
  }

  /**
   * One step over one shard. The sum over the replicas is taken in double and in the order given.
   *
   * @param theta the parameters that the replicas started from, little-endian F32
   * @param velocity v as the last step left it; empty where momentum is 0
   * @param replicas every replica's parameters after its local steps, by replica
   */
  public Step step(byte[] theta, byte[] velocity, byte[][] replicas) {
    byte[] newTheta = new byte[theta.length];
    byte[] newVelocity = new byte[velocity.length];
    for (int at = 0; at < theta.length; at += FloatVectors.ELEMENT_BYTES) {
      double mean = FloatVectors.mean(replicas, at);
      double pseudoGradient = FloatVectors.get(theta, at) - mean;
      double extra = 0;
      if (hasVelocity()) {
        double oldVelocity = FloatVectors.get(velocity, at);
        double updated = momentum * oldVelocity + pseudoGradient;
        FloatVectors.set(newVelocity, at, (float) updated);
        extra = momentum * (nesterov ? updated : oldVelocity);
      }
      double stepped = mean + (1 - learningRate) * pseudoGradient - learningRate * extra;
      FloatVectors.set(newTheta, at, (float) stepped);
    }
    return new Step(newTheta, newVelocity);
  }
}
