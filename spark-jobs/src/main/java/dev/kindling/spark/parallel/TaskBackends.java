package dev.kindling.spark.parallel;

import dev.kindling.data.InvalidInputException;
import dev.kindling.model.backend.Backend;
import dev.kindling.model.backend.Backends;
import java.util.Optional;
import org.apache.spark.TaskContext;

/** Kernels for the running task: with its cores, and on the GPU that is set apart for it. */
public final class TaskBackends {
  private TaskBackends() {}

  /**
   * What a backend computes with in the running task.
   *
   * @param name as {@link Backends#open} takes it
   * @throws InvalidInputException if the task has several GPUs
   */
  public static KernelSettings settings(String name) {
    TaskContext task = TaskContext.get();
    Optional<String> gpu = TaskDevices.of(task).gpu();
    // To kernels of CPUs, which GPU a task has makes no difference, and must not look like one.
    return new KernelSettings(
        name, task.cpus(), name.equals(Backends.ONEDNN) ? Optional.empty() : gpu);
  }

  /**
   * Opens a backend for the running task.
   *
   * @param name as {@link Backends#open} takes it
   * @throws InvalidInputException if the task has several GPUs
   * @throws IllegalArgumentException if the backend cannot compute on the task's GPU
   */
  public static Backend open(String name) {
    return settings(name).open();
  }

  /** Makes the running task's thread compute on the task's GPU, with a backend that is open. */
  public static void bindThread(String name) {
    Backends.bindThread(name, TaskDevices.of(TaskContext.get()).gpu());
  }
}
