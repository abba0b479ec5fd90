package dev.kindling.spark.train;

import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.storage.StorageLevel;

/** How the state is held between rounds. */
final class Storage {
  private Storage() {}

  /**
   * Memory, spilling to disk; on two executors where there are two, so that the loss of one costs
   * no recomputation.
   */
  static StorageLevel replicatedLevel(JavaSparkContext spark) {
    return numExecutors(spark) > 1
        ? StorageLevel.MEMORY_AND_DISK_2()
        : StorageLevel.MEMORY_AND_DISK();
  }

  /** Executors as they are now; 0 where the driver is the only one. */
  static int numExecutors(JavaSparkContext spark) {
    // The driver is in the list.
    return spark.sc().statusTracker().getExecutorInfos().length - 1;
  }
}
