package dev.kindling.spark.sweep.cluster;

import java.util.List;
import org.apache.commons.math3.distribution.TDistribution;

/**
 * What W and H add to the law of the loss: ln L(N, D, W, H) = ln L(N, D) + w ln W + h ln H. Powers
 * of the number of replicas are what DiLoCo's scaling laws use (Charles et al. 2025). Whatever N
 * and D do is the same for all runs of a group, so every group has a level of its own (fixed
 * effects), and least squares look at the differences within groups only.
 *
 * @param w exponent of W
 * @param h exponent of H
 * @param numRuns in the groups
 */
record ClusterTerm(Exponent w, Exponent h, int numRuns) {
  static final double CONFIDENCE = 0.95;

  /** The share of a variable's spread that the other one must leave. */
  private static final double LEAST_OWN = 1e-6;

  /** What equal logarithms may differ from their mean by, squared. */
  private static final double ROUNDING = 1e-20;

  /** Sums of products of deviations from the group's mean, of x = ln W, y = ln H and z = ln L. */
  private record Moments(double xx, double xy, double yy, double xz, double yz, double zz) {}

  static ClusterTerm of(List<List<ClusterRun>> groups) {
    int numRuns = groups.stream().mapToInt(List::size).sum();
    Moments sums = moments(groups);
    boolean hasW = sums.xx() > ROUNDING;
    boolean hasH = sums.yy() > ROUNDING;
    double own = sums.xx() * sums.yy() - sums.xy() * sums.xy();
    if (hasW && hasH && own < LEAST_OWN * sums.xx() * sums.yy()) {
      Exponent tied =
          missing("not identifiable: W and H vary together; add runs where only one of them does");
      return new ClusterTerm(tied, tied, numRuns);
    }
    int freedom = numRuns - groups.size() - (hasW ? 1 : 0) - (hasH ? 1 : 0);
    double w;
    double h;
    double spreadW;
    double spreadH;
    if (hasW && hasH) {
      w = (sums.xz() * sums.yy() - sums.yz() * sums.xy()) / own;
      h = (sums.yz() * sums.xx() - sums.xz() * sums.xy()) / own;
      spreadW = sums.yy() / own;
      spreadH = sums.xx() / own;
    } else {
      w = hasW ? sums.xz() / sums.xx() : 0;
      h = hasH ? sums.yz() / sums.yy() : 0;
      spreadW = 1 / sums.xx();
      spreadH = 1 / sums.yy();
    }
    double variance =
        freedom > 0 ? Math.max(0, sums.zz() - w * sums.xz() - h * sums.yz()) / freedom : Double.NaN;
    return new ClusterTerm(
        hasW ? exponent(w, variance * spreadW, freedom) : varies("W (replicas)"),
        hasH ? exponent(h, variance * spreadH, freedom) : varies("H (localSteps)"),
        numRuns);
  }

  private static Exponent exponent(double value, double variance, int freedom) {
    if (freedom <= 0) {
      return new Exponent(
          value, null, null, "no interval: as many unknowns as runs; add runs or other seeds");
    }
    double half =
        new TDistribution(freedom).inverseCumulativeProbability((1 + CONFIDENCE) / 2)
            * Math.sqrt(variance);
    return new Exponent(value, value - half, value + half, "");
  }

  private static Exponent varies(String what) {
    return missing("not identifiable: no two runs differ in " + what + " and agree in N and D");
  }

  private static Exponent missing(String reason) {
    return new Exponent(null, null, null, reason);
  }

  private static Moments moments(List<List<ClusterRun>> groups) {
    double xx = 0;
    double xy = 0;
    double yy = 0;
    double xz = 0;
    double yz = 0;
    double zz = 0;
    for (List<ClusterRun> group : groups) {
      double meanX = group.stream().mapToDouble(ClusterTerm::logW).average().orElseThrow();
      double meanY = group.stream().mapToDouble(ClusterTerm::logH).average().orElseThrow();
      double meanZ = group.stream().mapToDouble(ClusterTerm::logLoss).average().orElseThrow();
      for (ClusterRun run : group) {
        double x = logW(run) - meanX;
        double y = logH(run) - meanY;
        double z = logLoss(run) - meanZ;
        xx += x * x;
        xy += x * y;
        yy += y * y;
        xz += x * z;
        yz += y * z;
        zz += z * z;
      }
    }
    return new Moments(xx, xy, yy, xz, yz, zz);
  }

  private static double logW(ClusterRun run) {
    return Math.log(run.replicas());
  }

  private static double logH(ClusterRun run) {
    return Math.log(run.localSteps());
  }

  private static double logLoss(ClusterRun run) {
    return Math.log(run.row().loss());
  }
}
