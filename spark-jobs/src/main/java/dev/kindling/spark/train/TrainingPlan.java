package dev.kindling.spark.train;

import dev.kindling.data.manifest.QualifiedPath;
import dev.kindling.model.backend.AutoBackend;
import dev.kindling.model.backend.Backends;
import dev.kindling.model.train.ComputeOptions;
import dev.kindling.spark.config.CheckpointConfig;
import dev.kindling.spark.config.DataParallelismConfig;
import dev.kindling.spark.config.ModelConfig;
import dev.kindling.spark.config.ObjectiveConfig;
import dev.kindling.spark.config.ParallelConfig;
import dev.kindling.spark.config.RunConfig;
import dev.kindling.spark.config.TrainingConfig;
import dev.kindling.spark.parallel.ClusterBackends;
import dev.kindling.spark.parallel.Mesh;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * Everything that a training run is told.
 *
 * @param tokens a directory of kind {@code tokens}
 * @param output the run directory; a run that lies there already is gone on with
 * @param seed of the initial parameters and of the order of the data
 * @param model the shape of the model
 * @param objective the noise that it learns from
 * @param training one replica's optimisation
 * @param parallel the size of the mesh
 * @param dataParallelism how replicas stay one model
 * @param checkpoint how often, and how many stay
 * @param numShards S, the parts that the parameters are cut into; 0: derived from size and replicas
 */
public record TrainingPlan(
    Path tokens,
    Path output,
    long seed,
    ModelConfig model,
    ObjectiveConfig objective,
    TrainingConfig training,
    ParallelConfig parallel,
    DataParallelismConfig dataParallelism,
    CheckpointConfig checkpoint,
    int numShards) {

  /** What a configuration says, with the number of shards derived. */
  public static TrainingPlan of(RunConfig config, Path tokens, Path output) {
    return new TrainingPlan(
        tokens,
        output,
        config.seed(),
        config.model(),
        config.objective(),
        config.training(),
        config.parallel(),
        config.dataParallelism(),
        config.checkpoint(),
        0);
  }

  /** The same plan with paths that executors understand. */
  TrainingPlan qualified(Configuration hadoop) {
    return new TrainingPlan(
        QualifiedPath.of(hadoop, tokens),
        QualifiedPath.of(hadoop, output),
        seed,
        model,
        objective,
        training,
        parallel,
        dataParallelism,
        checkpoint,
        numShards);
  }

  /**
   * The same plan with {@code auto} made into one backend for all tasks: were it decided by every
   * task, the result would depend on where tasks run. DL4J's vectors lie on the host, so that
   * {@code auto} is no GPU's there.
   */
  TrainingPlan withResolvedBackend(JavaSparkContext spark) {
    return new TrainingPlan(
        tokens,
        output,
        seed,
        model,
        objective,
        training.withBackend(resolvedBackend(spark)),
        parallel,
        dataParallelism,
        checkpoint,
        numShards);
  }

  private String resolvedBackend(JavaSparkContext spark) {
    boolean ofDl4j = dataParallelism.mode() == DataParallelismConfig.Mode.DL4J;
    return ofDl4j && training.backend().equals(Backends.AUTO)
        ? AutoBackend.withoutGpu("DL4J's vectors lie on the host").name()
        : ClusterBackends.resolve(spark, training.backend());
  }

  /** The ranks. */
  public Mesh mesh() {
    return parallel.mesh();
  }

  /** How a step is computed. */
  ComputeOptions compute() {
    return training.compute(parallel.microBatches());
  }
}
