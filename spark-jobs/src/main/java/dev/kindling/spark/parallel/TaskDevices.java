package dev.kindling.spark.parallel;

import dev.kindling.data.InvalidInputException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.TaskContext;
import org.apache.spark.resource.ResourceInformation;

/**
 * What Spark's scheduler has set apart for one task, beside its cores.
 *
 * @param gpus addresses as the discovery script gave them: of NVIDIA's, indices on the host
 */
public record TaskDevices(List<String> gpus) {
  private static final String GPU = "gpu";

  /** Keeps an unmodifiable copy. */
  public TaskDevices {
    gpus = List.copyOf(gpus);
  }

  /** Those of a task. */
  public static TaskDevices of(TaskContext task) {
    Map<String, ResourceInformation> resources = task.resourcesJMap();
    return new TaskDevices(
        resources.containsKey(GPU) ? List.of(resources.get(GPU).addresses()) : List.of());
  }

  /**
   * The GPU of a rank; empty where Spark was asked for none.
   *
   * @throws InvalidInputException if there are several
   */
  public Optional<String> gpu() {
    if (gpus.size() > 1) {
      throw new InvalidInputException(
          "Spark has given the GPUs " + String.join(", ", gpus) + " to one task",
          "one GPU for every rank, and a rank is a task",
          "set spark.task.resource.gpu.amount=1, and as much for"
              + " spark.executor.resource.gpu.amount as ranks are to share an executor");
    }
    return gpus.stream().findFirst();
  }
}
