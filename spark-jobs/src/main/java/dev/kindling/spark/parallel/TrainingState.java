package dev.kindling.spark.parallel;

import java.util.List;
import org.apache.spark.api.java.JavaRDD;

/**
 * Everything that training changes, where it lives: on the executors.
 *
 * @param layout how the flat vector is cut
 * @param shards S partitions of one {@link ParameterShard} each, by number
 * @param workers R partitions of one {@link WorkerState} each, by replica
 * @param held the persisted RDDs behind them
 */
public record TrainingState(
    ShardLayout layout,
    JavaRDD<ParameterShard> shards,
    JavaRDD<WorkerState> workers,
    List<JavaRDD<?>> held) {

  /** Lets the executors drop the blocks; what still refers to this state is recomputed. */
  public void release() {
    held.forEach(rdd -> rdd.unpersist(false));
  }
}
