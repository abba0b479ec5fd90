package dev.kindling.spark.sweep;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;

/**
 * One training run of a sweep: a row of its table, whose columns have these names in snake case.
 *
 * @param run its number, from 1, in the order of the sweep
 * @param directory of the run, relative to the sweep's
 * @param settings what it sets differently, such as {@code model.numLayers=4 training.steps=200};
 *     empty if nothing
 * @param parameters of the model, with embeddings (N)
 * @param nonEmbeddingParameters without embeddings of tokens and positions and without an output
 *     matrix of its own
 * @param tokens that all replicas together were trained on (D)
 * @param flops 6 N D
 * @param loss over the whole validation split at the end, nats per token (L)
 * @param replicas W
 * @param localSteps steps between two averages (H)
 * @param replicaBatchSize sequences of one replica in one step
 * @param slots tasks that the cluster could run at once
 * @param seconds wall-clock of all rounds
 * @param computeSeconds the slowest replica's time in local steps, summed over the rounds
 * @param averagingSeconds the rest of the rounds
 * @param tokensPerSecond over {@code seconds}
 * @param efficiency throughput over W times that of the same run with one replica, at the same
 *     global batch (strong scaling) or the same batch per replica (weak scaling); null where the
 *     sweep has no such run, or the cluster has fewer slots than the run has ranks
 * @param bytesMoved payload between replicas
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record SweepRun(
    int run,
    String directory,
    String settings,
    long parameters,
    long nonEmbeddingParameters,
    long tokens,
    double flops,
    double loss,
    int replicas,
    int localSteps,
    int replicaBatchSize,
    int slots,
    double seconds,
    double computeSeconds,
    double averagingSeconds,
    double tokensPerSecond,
    Double efficiency,
    long bytesMoved) {
  /**
   * Settings for the eye: {@code numLayers=4 tokens=1000000}, without the sections of the keys.
   *
   * @param settings as in a row
   */
  public static String briefly(String settings) {
    return settings.replaceAll("(?<![^ ])(?:[A-Za-z]+\\.)+(?=[A-Za-z0-9]+=)", "");
  }

  /** The same with the efficiency. */
  SweepRun withEfficiency(Double newEfficiency) {
    return new SweepRun(
        run,
        directory,
        settings,
        parameters,
        nonEmbeddingParameters,
        tokens,
        flops,
        loss,
        replicas,
        localSteps,
        replicaBatchSize,
        slots,
        seconds,
        computeSeconds,
        averagingSeconds,
        tokensPerSecond,
        newEfficiency,
        bytesMoved);
  }
}
