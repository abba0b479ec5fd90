package dev.kindling.spark.train.timeline;

import dev.kindling.spark.parallel.TaskDevices;
import java.io.Serializable;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.storage.BlockManagerId;

/**
 * Where a task runs.
 *
 * @param executor as Spark calls it; {@code driver} where there is none but the driver
 * @param host of the executor
 * @param gpu the address of the GPU that Spark has given to the task; empty if none
 */
public record TaskPlace(String executor, String host, String gpu) implements Serializable {
  /** The place of the task that calls. */
  static TaskPlace here() {
    BlockManagerId id = SparkEnv.get().blockManager().blockManagerId();
    return new TaskPlace(
        id.executorId(), id.host(), TaskDevices.of(TaskContext.get()).gpu().orElse(""));
  }
}
