package dev.kindling.spark.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Comparator;

/**
 * One of the places of an executor at which tasks run, one after the other.
 *
 * @param executor as Spark calls it
 * @param host of the executor
 * @param gpu address of the place's GPU; empty if it has none
 * @param lane which place of those that are alike, from 0
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

  /** The first place like that of a task in {@code metrics.jsonl}. */
  static TaskSlot of(JsonNode task) {
    return new TaskSlot(
        task.path("executor").asText(), task.path("host").asText(), task.path("gpu").asText(), 0);
  }

  /** Which rank a task is, and where. */
  static String nameOfRank(JsonNode task) {
    int rank = task.path("rank").asInt();
    TaskSlot slot = of(task);
    return slot.executor().equals(DRIVER)
        ? slot.in(rank).name()
        : "rank " + rank + ": " + slot.name();
  }

  /** Another place like this. */
  TaskSlot in(int newLane) {
    return new TaskSlot(executor, host, gpu, newLane);
  }

  /** {@code executor 3, node-7, GPU 1}; without cluster, where all ranks are alike, a rank. */
  String name() {
    if (executor.equals(DRIVER)) {
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
