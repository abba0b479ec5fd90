package dev.kindling.spark.train;

import java.util.ArrayList;
import java.util.List;

/** Puts the replicas' reports of one round together. */
final class RoundSummary {
  private RoundSummary() {}

  /**
   * @param round the round's number
   * @param firstStep steps done before it
   * @param tokensBefore training tokens seen before it
   * @param tokensPerStep of all replicas together
   * @throws TrainingDivergedException if a replica stopped
   */
  static RoundReport of(
      AveragingRound.Outcome outcome,
      long round,
      long firstStep,
      long tokensBefore,
      long tokensPerStep) {
    List<ReplicaReport> reports = outcome.reports();
    requireFinite(reports);
    int numSteps = reports.get(0).losses().length;
    List<StepReport> steps = new ArrayList<>();
    for (int i = 0; i < numSteps; i++) {
      long tokens = tokensBefore + (i + 1) * tokensPerStep;
      steps.add(step(reports, i, firstStep + i + 1, tokens));
    }
    double computeSeconds =
        reports.stream().mapToDouble(ReplicaReport::computeSeconds).max().orElse(0);
    // A replica that ran again after a failure may have been measured before the last attempt
    // began.
    double averagingSeconds = Math.max(0, outcome.seconds() - computeSeconds);
    return new RoundReport(
        round,
        steps,
        outcome.bytesMoved(),
        computeSeconds,
        averagingSeconds,
        numSteps * tokensPerStep);
  }

  private static StepReport step(List<ReplicaReport> reports, int i, long step, long tokens) {
    double loss = 0;
    double minLoss = Double.POSITIVE_INFINITY;
    double maxLoss = Double.NEGATIVE_INFINITY;
    double gradientNorm = 0;
    for (ReplicaReport report : reports) {
      loss += report.losses()[i] / reports.size();
      minLoss = Math.min(minLoss, report.losses()[i]);
      maxLoss = Math.max(maxLoss, report.losses()[i]);
      gradientNorm += report.gradientNorms()[i] / reports.size();
    }
    double learningRate = reports.get(0).learningRates()[i];
    return new StepReport(step, loss, minLoss, maxLoss, gradientNorm, learningRate, tokens);
  }

  private static void requireFinite(List<ReplicaReport> reports) {
    List<String> failures =
        reports.stream().filter(ReplicaReport::failed).map(ReplicaReport::failure).toList();
    if (!failures.isEmpty()) {
      throw new TrainingDivergedException(
          "Training has diverged; the round was not applied and the last checkpoint stays. "
              + String.join(" ", failures));
    }
  }
}
