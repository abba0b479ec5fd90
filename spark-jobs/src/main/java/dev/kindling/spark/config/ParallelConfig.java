package dev.kindling.spark.config;

import dev.kindling.spark.parallel.Mesh;
import dev.kindling.spark.parallel.schedule.PipelineSchedule;
import dev.kindling.spark.parallel.schedule.ScheduleKind;
import java.time.Duration;

/**
 * Over how much of the cluster one model is spread.
 *
 * @param dataParallel replicas of the model
 * @param pipelineParallel ranks that the layers of one replica are spread over
 * @param tensorParallel ranks that the matrices of one stage are spread over
 * @param microBatches parts that a batch is cut into, one after the other
 * @param schedule in which order a pipeline runs them; see {@link ScheduleKind}
 * @param virtualStages chunks of layers on every rank of an interleaved pipeline; 1 for others
 * @param timeoutSeconds how long a rank waits for another
 */
public record ParallelConfig(
    int dataParallel,
    int pipelineParallel,
    int tensorParallel,
    int microBatches,
    String schedule,
    int virtualStages,
    int timeoutSeconds) {
  /**
   * Checks the values.
   *
   * @throws IllegalArgumentException naming the value, what was expected and what to change
   */
  public ParallelConfig {
    Require.atLeast("dataParallel", dataParallel, 1);
    Require.atLeast("pipelineParallel", pipelineParallel, 1);
    Require.atLeast("tensorParallel", tensorParallel, 1);
    Require.atLeast("microBatches", microBatches, 1);
    Require.atLeast("virtualStages", virtualStages, 1);
    Require.atLeast("timeoutSeconds", timeoutSeconds, 1);
    PipelineSchedule.of(ScheduleKind.of(schedule), pipelineParallel, virtualStages, microBatches);
  }

  /** Whole replicas, of which each is one task. */
  public static ParallelConfig ofReplicas(int dataParallel) {
    return new ParallelConfig(
        dataParallel, 1, 1, 1, ScheduleKind.ONE_FORWARD_ONE_BACKWARD.label(), 1, 300);
  }

  /** The ranks. */
  public Mesh mesh() {
    return new Mesh(dataParallel, pipelineParallel, tensorParallel);
  }

  /** What every rank of a pipeline does in a step. */
  public PipelineSchedule pipelineSchedule() {
    return PipelineSchedule.of(
        ScheduleKind.of(schedule), pipelineParallel, virtualStages, microBatches);
  }

  /** How long a rank waits for another. */
  public Duration timeout() {
    return Duration.ofSeconds(timeoutSeconds);
  }
}
