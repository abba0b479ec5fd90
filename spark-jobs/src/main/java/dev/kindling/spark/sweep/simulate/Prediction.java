package dev.kindling.spark.sweep.simulate;

import java.util.Optional;

/**
 * What a way to train would cost. Times are seconds of a step, a round's spread evenly over its
 * steps; evaluations and checkpoints are left out.
 *
 * @param candidate the way
 * @param compute arithmetic, shared evenly
 * @param bubble what stages of a pipeline wait for each other
 * @param straggling what all wait for the slowest executor
 * @param network what ranks wait for messages of others
 * @param shuffle the round's all-gather, reduce-scatter and copies
 * @param scheduling Spark's time for the round's tasks
 * @param tokensPerSecond of all replicas
 * @param efficiency throughput in that of as many executors that each do what one alone does
 * @param bytesPerRound payload of both shuffles, as a run reports it
 * @param memoryBytes that an executor needs: heap, tensors and the process
 * @param refusal why it cannot be done; empty where it can
 */
public record Prediction(
    Candidate candidate,
    double compute,
    double bubble,
    double straggling,
    double network,
    double shuffle,
    double scheduling,
    double tokensPerSecond,
    double efficiency,
    long bytesPerRound,
    long memoryBytes,
    Optional<String> refusal) {

  /** All of a step. */
  public double stepSeconds() {
    return compute + bubble + straggling + network + shuffle + scheduling;
  }

  /** All of a round. */
  public double roundSeconds() {
    return stepSeconds() * candidate.replicas().localSteps();
  }

  /** Whether it can be done. */
  public boolean fits() {
    return refusal.isEmpty();
  }
}
