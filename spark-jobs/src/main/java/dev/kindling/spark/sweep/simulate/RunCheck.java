package dev.kindling.spark.sweep.simulate;

import dev.kindling.spark.report.Words;
import dev.kindling.spark.sweep.fit.TextTable;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * What was measured beside what is predicted.
 *
 * @param run that was measured
 * @param predicted for the same settings
 */
public record RunCheck(MeasuredRun run, Prediction predicted) {

  /** Predicts a run with what another one says of the executors. */
  public static RunCheck of(MeasuredRun run, Calibration calibration) {
    Workload workload = calibration.workload(run.config(), run.vocabulary());
    ClusterSimulator simulator =
        new ClusterSimulator(workload, calibration.rates(), OptionalLong.empty());
    return new RunCheck(run, simulator.predict(run.candidate()));
  }

  /** By how much the prediction is too long, as a part of the measured time. */
  public double error() {
    return predicted.roundSeconds() / run.seconds() - 1;
  }

  /** A line for each run. */
  public static List<String> lines(List<RunCheck> checks) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(
        List.of(
            "run",
            "way",
            "local steps",
            "measured: a round",
            "predicted",
            "error",
            "measured: bytes",
            "predicted",
            ""));
    for (RunCheck check : checks) {
      MeasuredRun run = check.run();
      int numRanks = run.candidate().numExecutors();
      rows.add(
          List.of(
              run.path().getName(),
              run.candidate().describe(),
              Words.number(run.candidate().replicas().localSteps()),
              Figures.seconds(run.seconds()),
              Figures.seconds(check.predicted().roundSeconds()),
              Figures.percent(check.error()),
              Words.number(run.bytesMoved()),
              Words.number(check.predicted().bytesPerRound()),
              run.numExecutors() == numRanks || run.numExecutors() == 0
                  ? ""
                  : "measured with "
                      + Words.count(numRanks, "rank")
                      + " on "
                      + Words.count(run.numExecutors(), "executor")));
    }
    return new TextTable(rows).lines();
  }
}
