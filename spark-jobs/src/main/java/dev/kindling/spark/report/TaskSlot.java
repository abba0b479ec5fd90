package dev.kindling.spark.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Comparator;

/**
 * One of the places of an executor at which tasks run, one after the other.
 *
 * @param executor as Spark calls it
 * @param host of the executor
 * @param gpu address of the place's GPU; empty if it has none
 * @param lane which place of those that are alike, from 0; in the driver, the rank
 */
record TaskSlot(String executor, String host, String gpu, int lane)
    implements Comparable<TaskSlot> {
  /** The executor of tasks that run in the driver. */
  private static final String DRIVER = "driver";

  /** Numbers stay in order as text where the shorter ones come first. */
  private static final Comparator<TaskSlot> ORDER =
      Comparator.comparing((TaskSlot slot) -> slot.executor().length())
          .thenComparing(TaskSlot::executor)
          .thenComparing(TaskSlot::host)
          .thenComparing(TaskSlot::gpu)
          .thenComparing(TaskSlot::lane);

  /** Where a task in {@code metrics.jsonl} has run; of places that are alike, the first. */
  static TaskSlot of(JsonNode task) {
    String executor = task.path("executor").asText();
    return new TaskSlot(
        executor,
        task.path("host").asText(),
        task.path("gpu").asText(),
        executor.equals(DRIVER) ? task.path("rank").asInt() : 0);
  }

  /** Which rank a task is, and where. */
  static String nameOfRank(JsonNode task) {
    TaskSlot slot = of(task);
    return slot.isOfDriver()
        ? slot.name()
        : "rank " + task.path("rank").asInt() + ": " + slot.name();
  }

  /** Whether there is no cluster, where a rank has a place of its own. */
  boolean isOfDriver() {
    return executor.equals(DRIVER);
  }

  /** Another place like this. */
  TaskSlot next() {
    return new TaskSlot(executor, host, gpu, lane + 1);
  }

  /** {@code executor 3, node-7, GPU 1}; without cluster, a rank. */
  String name() {
    if (isOfDriver()) {
      return "rank " + lane;
    }
    String place =
        "executor " + executor + ", " + shortHost() + (gpu.isEmpty() ? "" : ", GPU " + gpu);
    return lane == 0 ? place : place + " (" + (lane + 1) + ")";
  }

  /** Without domain; an address has none. */
  private String shortHost() {
    boolean isAddress = host.contains(":") || host.matches("[0-9.]+");
    return isAddress ? host : host.split("\\.", 2)[0];
  }

  @Override
  public int compareTo(TaskSlot other) {
    return ORDER.compare(this, other);
  }
}
