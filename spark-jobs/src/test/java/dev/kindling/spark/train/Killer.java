package dev.kindling.spark.train;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.spark.ExecutorLostFailure;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerStageSubmitted;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.scheduler.SparkListenerTaskStart;
import scala.collection.JavaConverters;

/**
 * Kills the executor on which the first task of a stage starts, or all executors then, once, with
 * SIGKILL.
 */
final class Killer extends SparkListener {
  private final String rdd;
  private final Map<String, Long> executorPids;
  private final boolean all;
  private final Set<Integer> stages = new HashSet<>();
  private final List<String> killed = new CopyOnWriteArrayList<>();
  private final List<Long> lostTasks = new CopyOnWriteArrayList<>();

  /**
   * @param rdd the name of an RDD that the stage computes
   * @param executorPids processes by executor
   * @param all whether every executor is killed, so that no block survives
   */
  Killer(String rdd, Map<String, Long> executorPids, boolean all) {
    this.rdd = rdd;
    this.executorPids = executorPids;
    this.all = all;
  }

  /** The executors that were killed, once they were. */
  List<String> killed() {
    return killed;
  }

  /** The tasks of the stage that ended because their executor did. */
  List<Long> lostTasks() {
    return lostTasks;
  }

  @Override
  public void onStageSubmitted(SparkListenerStageSubmitted event) {
    if (JavaConverters.seqAsJavaList(event.stageInfo().rddInfos()).stream()
        .anyMatch(info -> info.name().equals(rdd))) {
      stages.add(event.stageInfo().stageId());
    }
  }

  @Override
  public void onTaskStart(SparkListenerTaskStart event) {
    String executor = event.taskInfo().executorId();
    if (killed.isEmpty() && stages.contains(event.stageId())) {
      killed.addAll(all ? executorPids.keySet() : Set.of(executor));
      for (String each : killed) {
        ProcessHandle.of(executorPids.get(each)).orElseThrow().destroyForcibly();
      }
    }
  }

  @Override
  public void onTaskEnd(SparkListenerTaskEnd event) {
    if (stages.contains(event.stageId()) && event.reason() instanceof ExecutorLostFailure) {
      lostTasks.add(event.taskInfo().taskId());
    }
  }
}
