package dev.kindling.data.dedup.minhash;

import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Cuts rows off from how they came about, so that plans do not grow from step to step. */
final class Checkpoints {
  private Checkpoints() {}

  /**
   * Computes rows now and keeps them: in the checkpoint directory where the application has set
   * one, which outlives a lost executor; else in the executors' memory and disks, which is faster,
   * but the job fails when one of them is lost. Spark frees them when they are not reachable any
   * more.
   */
  static Dataset<Row> keep(Dataset<Row> rows) {
    boolean reliable = rows.sparkSession().sparkContext().getCheckpointDir().isDefined();
    return reliable ? rows.checkpoint() : rows.localCheckpoint();
  }
}
