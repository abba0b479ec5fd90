package dev.kindling.spark.sweep.simulate;

import dev.kindling.data.InvalidInputException;

/**
 * How fast executors, their network and Spark are: the constants of the cost model. All executors
 * are alike but for {@code spread}.
 *
 * @param bandwidth β⁻¹ of Hockney's model: bytes per second into an executor, and as many out of it
 * @param latency α of Hockney's model: seconds that a message takes beside its bytes
 * @param shuffleRate bytes per second that an executor writes or reads as a part of Spark's
 *     shuffles and replicated blocks: serialisation, disk and copies
 * @param messageRate bytes per second that ranks can exchange, however fast the network is
 * @param roundSeconds Spark's time for a round, whatever its size
 * @param barrierSeconds how much more it is where ranks talk to each other: a barrier stage
 * @param taskSeconds of the driver, for each task of a round
 * @param spread σ: standard deviation of the logarithm of executors' times for the same work
 */
public record Rates(
    double bandwidth,
    double latency,
    double shuffleRate,
    double messageRate,
    double roundSeconds,
    double barrierSeconds,
    double taskSeconds,
    double spread) {

  /** Beyond this, the mean of a lognormal time has no meaning for machines of one kind. */
  private static final double MOST_SPREAD = 2;

  /**
   * Checks the values.
   *
   * @throws InvalidInputException naming the option whose value makes no sense
   */
  public Rates {
    requirePositive("--bandwidth", bandwidth);
    requirePositive("--shuffle-rate", shuffleRate);
    requirePositive("--message-rate", messageRate);
    requireSeconds("--latency", latency);
    requireSeconds("--round-seconds", roundSeconds);
    requireSeconds("--barrier-seconds", barrierSeconds);
    requireSeconds("--task-seconds", taskSeconds);
    if (!(spread >= 0 && spread <= MOST_SPREAD)) {
      throw new InvalidInputException(
          "--spread is " + spread,
          "a standard deviation from 0 (all executors are as fast) to " + MOST_SPREAD,
          "give the standard deviation of the logarithm of executors' times, such as 0.05");
    }
  }

  /** Bytes per second of what ranks send each other. */
  double exchangeRate() {
    return Math.min(bandwidth, messageRate);
  }

  /** The same with another time for a round. */
  Rates withRoundSeconds(double newRoundSeconds) {
    return new Rates(
        bandwidth,
        latency,
        shuffleRate,
        messageRate,
        newRoundSeconds,
        barrierSeconds,
        taskSeconds,
        spread);
  }

  private static void requirePositive(String option, double value) {
    // Infinity is a limit that one may want to look at.
    if (!(value > 0)) {
      throw new InvalidInputException(
          option + " is " + value, "a rate above 0", "give what the cluster has");
    }
  }

  private static void requireSeconds(String option, double value) {
    if (!(value >= 0 && Double.isFinite(value))) {
      throw new InvalidInputException(
          option + " is " + value, "seconds, 0 or more", "give what was measured");
    }
  }
}
