package dev.kindling.spark.parallel;

import java.io.Serializable;

/**
 * The grid of ranks that train one model: replicas of the model × stages of its blocks × slices of
 * its matrices. The tensor axis is the innermost, so that the ranks which talk most are neighbours
 * (Megatron-LM's order; Narayanan et al. 2021).
 *
 * @param dataParallel replicas of the model
 * @param pipelineParallel contiguous stages that the blocks of one replica are cut into
 * @param tensorParallel slices that the matrices of one stage are cut into
 */
public record Mesh(int dataParallel, int pipelineParallel, int tensorParallel)
    implements Serializable {

  /**
   * Checks the axes.
   *
   * @throws IllegalArgumentException if an axis is not positive
   */
  public Mesh {
    requirePositive("dataParallel", dataParallel);
    requirePositive("pipelineParallel", pipelineParallel);
    requirePositive("tensorParallel", tensorParallel);
  }

  /** A mesh of whole replicas. */
  public static Mesh ofReplicas(int dataParallel) {
    return new Mesh(dataParallel, 1, 1);
  }

  /** The same replicas, in another number. */
  public Mesh withReplicas(int newDataParallel) {
    return new Mesh(newDataParallel, pipelineParallel, tensorParallel);
  }

  /** All ranks. */
  public int numRanks() {
    return Math.multiplyExact(dataParallel, ranksPerReplica());
  }

  /** The ranks of one replica. */
  public int ranksPerReplica() {
    return Math.multiplyExact(pipelineParallel, tensorParallel);
  }

  /** The rank at a position of the grid. */
  public int rank(int replica, int stage, int slice) {
    requireWithin("replica", replica, dataParallel);
    requireWithin("stage", stage, pipelineParallel);
    requireWithin("slice", slice, tensorParallel);
    return (replica * pipelineParallel + stage) * tensorParallel + slice;
  }

  /** The replica that {@code rank} belongs to. */
  public int replica(int rank) {
    requireWithin("rank", rank, numRanks());
    return rank / ranksPerReplica();
  }

  /** The pipeline stage of {@code rank}. */
  public int stage(int rank) {
    requireWithin("rank", rank, numRanks());
    return rank / tensorParallel % pipelineParallel;
  }

  /** The slice of the matrices that {@code rank} holds. */
  public int slice(int rank) {
    requireWithin("rank", rank, numRanks());
    return rank % tensorParallel;
  }

  /** The arithmetic in words, for messages. */
  public String equation() {
    return "dataParallel "
        + dataParallel
        + " × pipelineParallel "
        + pipelineParallel
        + " × tensorParallel "
        + tensorParallel
        + " = "
        + numRanks()
        + (numRanks() == 1 ? " rank" : " ranks");
  }

  private static void requirePositive(String axis, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(axis + " is " + value + ": it must be 1 or more");
    }
  }

  private static void requireWithin(String name, int value, int limit) {
    if (value < 0 || value >= limit) {
      throw new IllegalArgumentException(
          name + " is " + value + ": it must be at least 0 and less than " + limit);
    }
  }
}
