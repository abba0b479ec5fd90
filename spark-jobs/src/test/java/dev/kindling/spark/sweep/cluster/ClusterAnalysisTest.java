package dev.kindling.spark.sweep.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.kindling.spark.sweep.SweepRun;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ClusterAnalysisTest {
  private static final double W = 0.021;
  private static final double H = 0.008;
  private static final long SEED = 11;
  private static final int ONE_BATCH = 32;

  @Test
  void withoutNoiseTheTermIsFoundToTheLastDigits() {
    ClusterSize cluster = ClusterAnalysis.of(grid(0, new Random(SEED)));

    assertThat(cluster.w().value()).isCloseTo(W, within(1e-9));
    assertThat(cluster.h().value()).isCloseTo(H, within(1e-9));
    assertThat(cluster.w().high() - cluster.w().low()).isLessThan(1e-6);
    assertThat(cluster.w().reason()).isEmpty();
    assertThat(cluster.groups()).isEqualTo(2);
    assertThat(cluster.runs()).isEqualTo(24);
  }

  @Test
  void withNoiseTheIntervalsHoldTheTruthAtTheirRate() {
    Random random = new Random(SEED);
    int numTables = 1000;
    int numHeldW = 0;
    int numHeldH = 0;
    for (int table = 0; table < numTables; table++) {
      ClusterSize cluster = ClusterAnalysis.of(grid(0.004, random));
      numHeldW += holds(cluster.w(), W);
      numHeldH += holds(cluster.h(), H);
    }
    // 950 on average, with a standard deviation of 6.9.
    assertThat(numHeldW).isBetween(922, 978);
    assertThat(numHeldH).isBetween(922, 978);
  }

  @Test
  void whatDoesNotVaryWithinAGroupIsNotIdentifiable() {
    List<ClusterRun> runs = List.of(run("a", 1, 10, 32, 2.0), run("a", 2, 10, 16, 2.1));
    ClusterSize cluster = ClusterAnalysis.of(runs);

    assertThat(cluster.w().value()).isCloseTo(Math.log(2.1 / 2.0) / Math.log(2), within(1e-9));
    assertThat(cluster.w().low()).isNull();
    assertThat(cluster.w().reason()).contains("no interval");
    assertThat(cluster.h().value()).isNull();
    assertThat(cluster.h().reason()).contains("not identifiable", "H (localSteps)");
  }

  @Test
  void replicasAndLocalStepsThatVaryTogetherAreNotTold() {
    ClusterSize cluster =
        ClusterAnalysis.of(
            List.of(run("a", 1, 10, 32, 2.0), run("a", 2, 20, 16, 2.1), run("a", 4, 40, 8, 2.2)));

    assertThat(cluster.w().value()).isNull();
    assertThat(cluster.h().value()).isNull();
    assertThat(cluster.w().reason()).contains("vary together");
    assertThat(String.join("\n", cluster.lines())).contains("w  not identifiable");
  }

  @Test
  void runsOfDifferentModelsAreNotCompared() {
    ClusterSize cluster =
        ClusterAnalysis.of(List.of(run("a", 1, 10, 32, 2.0), run("b", 2, 10, 16, 2.1)));

    assertThat(cluster.rows()).isEmpty();
    assertThat(cluster.w().value()).isNull();
    assertThat(cluster.h().value()).isNull();
  }

  @ParameterizedTest
  @EnumSource(Scaling.class)
  void efficiencyIsThroughputPerReplicaAgainstOneAlone(Scaling scaling) {
    int batch = scaling == Scaling.STRONG ? ONE_BATCH / 4 : ONE_BATCH;
    List<ClusterRun> runs =
        List.of(timed("a", 1, 10, ONE_BATCH, 100, 1000), timed("a", 4, 10, batch, 40, 2600));
    ClusterSize cluster = ClusterAnalysis.of(runs);

    assertThat(cluster.rows()).extracting(ClusterRow::replicas).containsExactly(1, 4);
    assertThat(cluster.rows().get(0).efficiency()).isEqualTo(1.0);
    assertThat(cluster.rows().get(0).scaling()).isNull();
    assertThat(cluster.rows().get(1).efficiency()).isCloseTo(2600 / 4000.0, within(1e-12));
    assertThat(cluster.rows().get(1).scaling()).isEqualTo(scaling);
    assertThat(cluster.rows().get(1).bytesPerStep()).isEqualTo(6400 / 50.0);
    assertThat(String.join("\n", cluster.lines())).contains("0.65 " + scaling);
  }

  @Test
  void thereIsNoEfficiencyWithoutTheRunToCompareWith() {
    List<ClusterRun> runs = List.of(run("a", 1, 10, ONE_BATCH, 2), run("a", 2, 20, ONE_BATCH, 2));

    ClusterRow row = ClusterAnalysis.of(runs).rows().get(1);
    assertThat(row.efficiency()).isNull();
    assertThat(row.note()).contains("no run with one replica and the same local steps");
  }

  @Test
  void thereIsNoEfficiencyWhereReplicasTookTurns() {
    ClusterRun crowded =
        new ClusterRun(row(2, 2, 10, ONE_BATCH, 2, 10, 1000, 1), "a", 50, 2, List.of());

    ClusterRow row =
        ClusterAnalysis.of(List.of(run("a", 1, 10, ONE_BATCH, 2), crowded)).rows().get(1);
    assertThat(row.efficiency()).isNull();
    assertThat(row.note()).contains("2 ranks took turns on 1 slots");
  }

  @Test
  void theLossAtEqualWallClockLiesOnTheLineBetweenTwoMeasurements() {
    List<ValidationPoint> curve =
        List.of(
            new ValidationPoint(20, 4.0, true),
            new ValidationPoint(60, 3.0, true),
            new ValidationPoint(100, 2.0, true));
    ClusterRun slow =
        new ClusterRun(row(1, 1, 10, ONE_BATCH, 2.0, 100, 1000, 8), "a", 50, 1, curve);
    ClusterRun fast =
        new ClusterRun(row(2, 4, 10, ONE_BATCH, 2.2, 30, 3000, 8), "a", 50, 4, List.of());

    List<ClusterRow> rows = ClusterAnalysis.of(List.of(slow, fast)).rows();
    assertThat(rows.get(0).equalSeconds()).isEqualTo(30);
    assertThat(rows.get(0).lossAtEqualTokens()).isEqualTo(2.0);
    assertThat(rows.get(0).lossAtEqualSeconds()).isCloseTo(3.75, within(1e-12));
    assertThat(rows.get(1).lossAtEqualSeconds()).isEqualTo(2.2);
    assertThat(rows.get(0).note()).isEmpty();
  }

  @Test
  void aLossBeforeTheFirstMeasurementIsNotMadeUp() {
    List<ValidationPoint> late = List.of(new ValidationPoint(40, 3.0, false));
    ClusterRun slow = new ClusterRun(row(1, 1, 10, ONE_BATCH, 2.0, 100, 1000, 8), "a", 50, 1, late);
    ClusterRun fast = timed("a", 4, 10, ONE_BATCH, 30, 3000);
    ClusterRun middle =
        new ClusterRun(row(3, 2, 10, ONE_BATCH, 2.1, 60, 2000, 8), "a", 50, 2, late);

    List<ClusterRow> early = ClusterAnalysis.of(List.of(slow, fast)).rows();
    assertThat(early.get(0).lossAtEqualSeconds()).isNull();
    assertThat(early.get(0).note()).contains("training.evaluateEverySteps");

    List<ClusterRow> later = ClusterAnalysis.of(List.of(slow, middle)).rows();
    assertThat(later.get(0).lossAtEqualSeconds()).isCloseTo(2.0 + 40 / 60.0, within(1e-12));
    assertThat(later.get(0).note()).contains("training.evaluationTokens");
  }

  private static int holds(Exponent exponent, double truth) {
    return exponent.low() <= truth && truth <= exponent.high() ? 1 : 0;
  }

  /** Two models, W of 1 to 8 and H of 5 to 50, with losses of the law. */
  private static List<ClusterRun> grid(double noise, Random random) {
    List<ClusterRun> runs = new ArrayList<>();
    for (double level : new double[] {3.1, 2.4}) {
      for (int replicas : new int[] {1, 2, 4, 8}) {
        for (int localSteps : new int[] {5, 20, 50}) {
          double loss =
              level
                  * Math.pow(replicas, W)
                  * Math.pow(localSteps, H)
                  * Math.exp(noise * random.nextGaussian());
          runs.add(run("level=" + level, replicas, localSteps, ONE_BATCH / replicas, loss));
        }
      }
    }
    return runs;
  }

  private static ClusterRun run(
      String group, int replicas, int localSteps, int batch, double loss) {
    return new ClusterRun(
        row(replicas, replicas, localSteps, batch, loss, 10, 1000, 8),
        group,
        50,
        replicas,
        List.of());
  }

  private static ClusterRun timed(
      String group,
      int replicas,
      int localSteps,
      int batch,
      double seconds,
      double tokensPerSecond) {
    return new ClusterRun(
        row(replicas, replicas, localSteps, batch, 2, seconds, tokensPerSecond, 8),
        group,
        50,
        replicas,
        List.of());
  }

  private static SweepRun row(
      int number,
      int replicas,
      int localSteps,
      int batch,
      double loss,
      double seconds,
      double tokensPerSecond,
      int slots) {
    return new SweepRun(
        number,
        "runs/" + number,
        "",
        1000,
        500,
        100_000,
        6e8,
        loss,
        replicas,
        localSteps,
        batch,
        slots,
        seconds,
        seconds / 2,
        seconds / 2,
        tokensPerSecond,
        null,
        6400);
  }
}
