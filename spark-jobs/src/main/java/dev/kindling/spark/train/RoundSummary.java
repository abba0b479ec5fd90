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
   * @param tokensPerStep of one replica
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
    List<ReplicaReport> onTime = new ArrayList<>();
    List<LateReplica> late = new ArrayList<>();
    for (int i = 0; i < reports.size(); i++) {
      Arrival arrival = outcome.arrived().get(i);
      if (arrival.isLate()) {
        late.add(late(arrival, reports.get(i)));
      } else {
        onTime.add(reports.get(i));
      }
    }
    long tokens = reports.stream().mapToLong(each -> each.losses().length * tokensPerStep).sum();
    int numSteps = onTime.get(0).losses().length;
    List<StepReport> steps = new ArrayList<>();
    for (int i = 0; i < numSteps; i++) {
      long tokensOfSteps = (i + 1) * tokensPerStep * onTime.size();
      // What late replicas have learned joins with the round's last step.
      long seen = tokensBefore + (i == numSteps - 1 ? tokens : tokensOfSteps);
      steps.add(step(onTime, i, firstStep + i + 1, seen));
    }
    double computeSeconds =
        onTime.stream().mapToDouble(ReplicaReport::computeSeconds).max().orElse(0);
    // A replica that ran again after a failure may have been measured before the last attempt
    // began.
    double averagingSeconds = Math.max(0, outcome.seconds() - computeSeconds);
    return new RoundReport(
        round,
        reports.size(),
        steps,
        reports.stream().flatMap(report -> Arrays.stream(report.skipped())).toList(),
        late,
        outcome.bytesMoved(),
        computeSeconds,
        averagingSeconds,
        tokens);
  }

  private static LateReplica late(Arrival arrival, ReplicaReport report) {
    double loss = Arrays.stream(report.losses()).average().orElse(Double.NaN);
    return new LateReplica(arrival.replica(), arrival.staleness(), loss);
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
