package dev.kindling.spark.sweep.simulate;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.kindling.spark.parallel.Mesh;

/**
 * A row of the table of all ways, whose columns have these names in snake case. Times are seconds
 * of a step.
 *
 * @param executors W
 * @param strategy averaging or synchronous
 * @param dataParallel replicas
 * @param pipelineParallel stages
 * @param tensorParallel slices
 * @param schedule of the pipeline
 * @param virtualStages chunks of a rank
 * @param microBatches parts of a batch
 * @param localSteps H
 * @param innerState what becomes of moments between rounds
 * @param pseudoGradients how replicas send what they have learned
 * @param replicaBatchSize sequences of a replica
 * @param stepSeconds all of a step, the sum of the six that follow
 * @param computeSeconds arithmetic, shared evenly
 * @param bubbleSeconds stages waiting for each other
 * @param stragglingSeconds waiting for the slowest executor
 * @param networkSeconds waiting for messages
 * @param shuffleSeconds all-gather, reduce-scatter and copies
 * @param schedulingSeconds Spark's
 * @param tokensPerSecond of all replicas
 * @param efficiency in the throughput of one executor times W
 * @param bytesPerRound payload of Spark's shuffles
 * @param memoryBytes that an executor needs
 * @param fits whether it has them
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record SimulatedRow(
    int executors,
    String strategy,
    int dataParallel,
    int pipelineParallel,
    int tensorParallel,
    String schedule,
    int virtualStages,
    int microBatches,
    int localSteps,
    String innerState,
    String pseudoGradients,
    int replicaBatchSize,
    double stepSeconds,
    double computeSeconds,
    double bubbleSeconds,
    double stragglingSeconds,
    double networkSeconds,
    double shuffleSeconds,
    double schedulingSeconds,
    double tokensPerSecond,
    double efficiency,
    long bytesPerRound,
    long memoryBytes,
    boolean fits) {

  /** The row of a prediction. */
  static SimulatedRow of(Prediction prediction) {
    Candidate candidate = prediction.candidate();
    Mesh mesh = candidate.mesh();
    return new SimulatedRow(
        candidate.numExecutors(),
        candidate.replicas().mode().toString(),
        mesh.dataParallel(),
        mesh.pipelineParallel(),
        mesh.tensorParallel(),
        candidate.parallel().schedule(),
        candidate.parallel().virtualStages(),
        candidate.parallel().microBatches(),
        candidate.replicas().localSteps(),
        candidate.replicas().innerState().toString(),
        candidate.replicas().pseudoGradients().toString(),
        candidate.batchSize(),
        prediction.stepSeconds(),
        prediction.compute(),
        prediction.bubble(),
        prediction.straggling(),
        prediction.network(),
        prediction.shuffle(),
        prediction.scheduling(),
        prediction.tokensPerSecond(),
        prediction.efficiency(),
        prediction.bytesPerRound(),
        prediction.memoryBytes(),
        prediction.fits());
  }
}
