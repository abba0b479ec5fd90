package dev.kindling.spark.train;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

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
        reports.size(),
        steps,
        reports.stream().flatMap(report -> Arrays.stream(report.skipped())).toList(),
        outcome.bytesMoved(),
        computeSeconds,
        averagingSeconds,
        numSteps * tokensPerStep);
  }

  private static StepReport step(List<ReplicaReport> reports, int i, long step, long tokens) {
    List<ReplicaReport> taken = reports.stream().filter(report -> report.took(i)).toList();
    double loss = mean(taken, report -> report.losses()[i]);
    return new StepReport(
        step,
        taken.size(),
        loss,
        taken.stream().mapToDouble(report -> report.losses()[i]).min().orElse(Double.NaN),
        taken.stream().mapToDouble(report -> report.losses()[i]).max().orElse(Double.NaN),
        Math.sqrt(mean(taken, report -> Math.pow(report.losses()[i] - loss, 2))),
        mean(taken, report -> report.gradientNorms()[i]),
        taken.isEmpty() ? Double.NaN : taken.get(0).learningRates()[i],
        tokens);
  }

  private static double mean(List<ReplicaReport> reports, ToDoubleFunction<ReplicaReport> value) {
    return reports.stream().mapToDouble(value).average().orElse(Double.NaN);
  }

  private static void requireFinite(List<ReplicaReport> reports) {
    List<String> failures =
        reports.stream().filter(ReplicaReport::failed).map(ReplicaReport::failure).toList();
    if (!failures.isEmpty()) {
      throw new TrainingDivergedException(
          "Training has diverged; the round was not applied and the last checkpoint stays. "
              + String.join("; ", failures)
              + ". Lower the learning rate, lengthen the warm-up or set maxGradientNorm; where the"
              + " samples are at fault, training.onNonFinite=skip leaves them out");
    }
  }
}
