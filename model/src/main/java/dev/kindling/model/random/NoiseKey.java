package dev.kindling.model.random;

/**
 * What the noise of one training sample is a function of: so it is new in every epoch, and depends
 * neither on the cluster nor on which samples share a batch.
 *
 * @param seed of the run
 * @param epoch how often the sample has been seen before
 * @param index the number of the sample in its epoch
 */
public record NoiseKey(long seed, long epoch, long index) {
  /** Keeps noise apart from whatever else is drawn from the same seed: "noise" in ASCII. */
  private static final long PURPOSE = 0x6E6F697365L;

  /** The sample's draws, from the first one. */
  public RandomStream stream() {
    return new RandomStream(CounterBasedRandom.key(PURPOSE, seed, epoch, index));
  }
}
