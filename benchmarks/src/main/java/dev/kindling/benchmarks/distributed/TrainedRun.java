package dev.kindling.benchmarks.distributed;

import java.util.List;

/**
 * What a training run measured of itself.
 *
 * @param rounds in their order
 * @param bubble of a pipeline in its last step, the share of its ranks' time in which they wait for
 *     each other; NaN where there is none
 * @param numParameters P
 * @param validationLoss in the end, nats per token
 */
public record TrainedRun(
    List<Round> rounds, double bubble, long numParameters, double validationLoss) {
  /**
   * One round.
   *
   * @param computeSeconds of the slowest replica's steps
   * @param otherSeconds of the round
   * @param bytesMoved by its shuffles
   * @param tokens of all replicas
   */
  public record Round(double computeSeconds, double otherSeconds, long bytesMoved, long tokens) {
    /** Wall-clock. */
    public double seconds() {
      return computeSeconds + otherSeconds;
    }
  }

  /** Rounds but the first, in which everything is started and compiled. */
  public List<Round> warm() {
    return rounds.subList(1, rounds.size());
  }

  /** The part of the rounds that is not local steps. */
  public double overhead() {
    double other = warm().stream().mapToDouble(Round::otherSeconds).sum();
    return other / warm().stream().mapToDouble(Round::seconds).sum();
  }

  /** Of whole rounds. */
  public double tokensPerSecond() {
    double tokens = warm().stream().mapToDouble(Round::tokens).sum();
    return tokens / warm().stream().mapToDouble(Round::seconds).sum();
  }

  /** Of local steps alone. */
  public double tokensPerComputeSecond() {
    double tokens = warm().stream().mapToDouble(Round::tokens).sum();
    return tokens / warm().stream().mapToDouble(Round::computeSeconds).sum();
  }

  /** Per round and replica, as a multiple of the bytes of all parameters. */
  public double bytesPerParameterBytes(int numReplicas) {
    double bytes = warm().stream().mapToDouble(Round::bytesMoved).average().orElse(0);
    return bytes / numReplicas / (4.0 * numParameters);
  }
}
