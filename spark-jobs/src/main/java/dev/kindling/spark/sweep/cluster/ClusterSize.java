package dev.kindling.spark.sweep.cluster;

import java.util.List;

/**
 * What the size of the cluster does to speed and to loss: the content of {@code cluster.json}.
 *
 * @param rows of every group of runs that differ in W and H only, rising in W, then in H
 * @param law that the exponents belong to
 * @param w exponent of the number of replicas
 * @param h exponent of the local steps
 * @param confidence of the intervals
 * @param runs that the exponents come from
 * @param groups that these runs form; every group has a level of its own, its L(N, D)
 */
public record ClusterSize(
    List<ClusterRow> rows,
    String law,
    Exponent w,
    Exponent h,
    double confidence,
    int runs,
    int groups) {
  /** The law of the losses. */
  public static final String LAW = "ln L(N, D, W, H) = ln L(N, D) + w ln W + h ln H";

  /** Keeps an unmodifiable copy. */
  public ClusterSize {
    rows = List.copyOf(rows);
  }
}
