package dev.kindling.spark.sweep.cluster;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Compares runs that differ in W and H only: speed, the loss after equal tokens and the loss after
 * equal wall-clock side by side, because a larger cluster that is faster may still learn less.
 */
public final class ClusterAnalysis {
  private static final String PARTIAL =
      "losses before the end are of a part of the validation split (training.evaluationTokens)";

  private ClusterAnalysis() {}

  /**
   * Compares the runs of every group of two or more.
   *
   * @param runs all finished runs of a sweep
   */
  public static ClusterSize of(List<ClusterRun> runs) {
    Map<String, List<ClusterRun>> groups =
        runs.stream()
            .collect(Collectors.groupingBy(ClusterRun::group, TreeMap::new, Collectors.toList()));
    List<List<ClusterRun>> compared =
        groups.values().stream().filter(group -> group.size() > 1).toList();
    List<ClusterRow> rows = new ArrayList<>();
    for (List<ClusterRun> group : compared) {
      double equalSeconds =
          group.stream().mapToDouble(run -> run.row().seconds()).min().orElseThrow();
      group.stream()
          .sorted(
              Comparator.comparingInt(ClusterRun::replicas)
                  .thenComparingInt(ClusterRun::localSteps))
          .forEach(run -> rows.add(row(run, runs, equalSeconds)));
    }
    ClusterTerm term = ClusterTerm.of(compared);
    return new ClusterSize(
        rows,
        ClusterSize.LAW,
        term.w(),
        term.h(),
        ClusterTerm.CONFIDENCE,
        term.numRuns(),
        compared.size());
  }

  private static ClusterRow row(ClusterRun run, List<ClusterRun> runs, double equalSeconds) {
    Efficiency efficiency = Efficiency.of(run, runs);
    List<String> notes = new ArrayList<>();
    if (!efficiency.note().isEmpty()) {
      notes.add(efficiency.note());
    }
    Double loss = lossAt(run, equalSeconds);
    if (loss == null) {
      notes.add("no validation loss was measured before (training.evaluateEverySteps)");
    } else if (equalSeconds < run.row().seconds()
        && run.curve().stream().anyMatch(point -> !point.full())) {
      notes.add(PARTIAL);
    }
    return new ClusterRow(
        run.row().run(),
        run.group(),
        run.row().parameters(),
        run.row().tokens(),
        run.replicas(),
        run.localSteps(),
        run.row().replicaBatchSize(),
        efficiency.scaling(),
        efficiency.value(),
        run.row().tokensPerSecond(),
        (double) run.row().bytesMoved() / run.steps(),
        run.row().loss(),
        equalSeconds,
        loss,
        String.join("; ", notes));
  }

  /** Linear between two measurements; null before the first one. */
  private static Double lossAt(ClusterRun run, double seconds) {
    if (seconds >= run.row().seconds()) {
      return run.row().loss();
    }
    ValidationPoint before = null;
    for (ValidationPoint point : run.curve()) {
      if (point.seconds() >= seconds) {
        return between(before, point, seconds);
      }
      before = point;
    }
    return between(
        before, new ValidationPoint(run.row().seconds(), run.row().loss(), true), seconds);
  }

  private static Double between(ValidationPoint before, ValidationPoint after, double seconds) {
    if (after.seconds() == seconds) {
      return after.loss();
    }
    if (before == null) {
      return null;
    }
    double share = (seconds - before.seconds()) / (after.seconds() - before.seconds());
    return before.loss() + share * (after.loss() - before.loss());
  }
}
