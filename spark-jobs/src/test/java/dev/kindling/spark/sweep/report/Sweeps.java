package dev.kindling.spark.sweep.report;

import dev.kindling.spark.sweep.SweepRun;
import dev.kindling.spark.sweep.cluster.ClusterRow;
import dev.kindling.spark.sweep.cluster.ClusterSize;
import dev.kindling.spark.sweep.cluster.Exponent;
import dev.kindling.spark.sweep.cluster.Scaling;
import dev.kindling.spark.sweep.fit.PublishedLaw;
import dev.kindling.spark.sweep.fit.ScalingLaw;
import java.util.ArrayList;
import java.util.List;

/** Tables as sweeps write them, of laws that are known and errors of some tenths of a percent. */
final class Sweeps {
  private static final double TOKENS_PER_SECOND = 21_000;
  private static final ScalingLaw CHINCHILLA = PublishedLaw.CHINCHILLA.law();
  private static final ScalingLaw TINY = new ScalingLaw(1.75, 30, 400, 0.35, 0.42);

  private Sweeps() {}

  /** Six sizes of model at each of five budgets. */
  static List<SweepRun> isoFlops() {
    List<SweepRun> runs = new ArrayList<>();
    for (double budget : List.of(6e18, 3e19, 1e20, 6e20, 3e21)) {
      for (double factor : List.of(0.125, 0.3, 0.7, 1.5, 3.0, 8.0)) {
        double parameters = factor * CHINCHILLA.optimum(budget).parameters();
        double tokens = budget / 6 / parameters;
        add(runs, parameters, tokens, CHINCHILLA.loss(parameters, tokens), 1, 1);
      }
    }
    return runs;
  }

  /** Three sizes by three lengths, as small as a laptop trains them. */
  static List<SweepRun> nine() {
    List<SweepRun> runs = new ArrayList<>();
    for (double parameters : List.of(52_416.0, 221_184.0, 1_002_240.0)) {
      for (double tokens : List.of(1_048_576.0, 3_244_032.0, 10_027_008.0)) {
        add(runs, parameters, tokens, TINY.loss(parameters, tokens), 1, 1);
      }
    }
    return runs;
  }

  /** One model on 1, 2, 4 and 8 replicas, with two numbers of local steps. */
  static List<SweepRun> replicas() {
    List<SweepRun> runs = new ArrayList<>();
    for (int replicas : List.of(1, 2, 4, 8)) {
      for (int localSteps : List.of(10, 50)) {
        double loss = 2.4 * Math.pow(replicas, 0.012) * Math.pow(localSteps / 10.0, 0.008);
        add(runs, 804_096, 4_000_000, loss, replicas, localSteps);
      }
    }
    return runs;
  }

  /** What they say of the size of the cluster. */
  static ClusterSize clusterSize(List<SweepRun> runs) {
    List<ClusterRow> rows = new ArrayList<>();
    for (SweepRun run : runs) {
      rows.add(
          new ClusterRow(
              run.run(),
              "",
              run.parameters(),
              run.tokens(),
              run.replicas(),
              run.localSteps(),
              run.replicaBatchSize(),
              run.replicas() == 1 ? null : Scaling.STRONG,
              run.efficiency(),
              run.tokensPerSecond(),
              run.bytesMoved() / 100.0,
              run.loss(),
              25,
              run.run() == 1 ? null : 1.05 * run.loss(),
              run.run() == 1 ? "no evaluation before 25 s" : ""));
    }
    return new ClusterSize(
        rows,
        ClusterSize.LAW,
        new Exponent(0.012, 0.009, 0.015, ""),
        new Exponent(null, null, null, "all runs have the same H"),
        0.95,
        runs.size(),
        1);
  }

  /** Nothing to compare. */
  static ClusterSize noClusterSize() {
    Exponent unknown = new Exponent(null, null, null, "no two runs differ in it alone");
    return new ClusterSize(List.of(), ClusterSize.LAW, unknown, unknown, 0.95, 0, 0);
  }

  private static void add(
      List<SweepRun> runs,
      double parameters,
      double tokens,
      double loss,
      int replicas,
      int localSteps) {
    int number = runs.size() + 1;
    double error = 1 + 0.004 * Math.sin(number * 12.9898);
    double efficiency = 1 / (1 + 0.9 * (replicas - 1) / localSteps);
    double speed = TOKENS_PER_SECOND * replicas * efficiency;
    double seconds = tokens / speed;
    runs.add(
        new SweepRun(
            number,
            "runs/" + number,
            "model.numLayers=2 training.steps=" + Math.round(tokens / 4096),
            Math.round(parameters),
            Math.round(0.7 * parameters),
            Math.round(tokens),
            6 * parameters * tokens,
            loss * error,
            replicas,
            localSteps,
            16 / replicas,
            8,
            seconds,
            efficiency * seconds,
            (1 - efficiency) * seconds,
            speed,
            replicas == 1 ? Double.valueOf(1) : Double.valueOf(efficiency),
            replicas == 1 ? 0 : Math.round(4 * parameters * tokens / 4096 / localSteps)));
  }
}
