package dev.kindling.spark.train;

import dev.kindling.model.arch.ModelShape;
import dev.kindling.model.arch.NetworkConfig;
import dev.kindling.model.batch.Batch;
import dev.kindling.model.train.Precision;
import dev.kindling.spark.parallel.HadoopSettings;
import dev.kindling.spark.parallel.ParameterShard;
import dev.kindling.spark.parallel.ShardLayout;
import dev.kindling.spark.parallel.TaskBackends;
import dev.kindling.spark.parallel.TrainingState;
import dev.kindling.spark.train.dl4j.Dl4jNetwork;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.FlatMapFunction;

/**
 * The validation loss as a Spark job. The batches' sums are added in their order in double, so the
 * result does not depend on how many tasks share them.
 *
 * @param hadoop the filesystem's settings
 * @param model the shape
 * @param precision of activations and matrices
 * @param backend the kernels' name, resolved: never {@code auto}
 * @param layout how the parameters are cut
 * @param data what is measured
 * @param numTasks tasks that share the batches
 */
record Evaluation(
    HadoopSettings hadoop,
    ModelShape model,
    Precision precision,
    String backend,
    ShardLayout layout,
    ValidationOrder data,
    int numTasks)
    implements FlatMapFunction<Iterator<ParameterShard>, BatchLoss> {

  /**
   * What was measured.
   *
   * @param loss the mean over all targets, in nats; whether sentences follow each other is no part
   *     of it
   * @param numTargets that were counted
   */
  record Result(double loss, long numTargets) {}

  /** Runs the job and waits for it. */
  Result run(JavaSparkContext spark, TrainingState state, long step) {
    spark.setJobDescription("evaluate after step " + step);
    List<BatchLoss> losses =
        new ArrayList<>(
            AveragingRound.gather(state.shards().map(ParameterShard::parametersOnly), numTasks)
                .mapPartitions(this)
                .collect());
    losses.sort(Comparator.comparingLong(BatchLoss::batch));
    double sum = 0;
    long numTargets = 0;
    for (BatchLoss loss : losses) {
      sum += loss.sum();
      numTargets += loss.numTargets();
    }
    return new Result(sum / numTargets, numTargets);
  }

  @Override
  public Iterator<BatchLoss> call(Iterator<ParameterShard> gathered) {
    List<BatchLoss> losses = new ArrayList<>();
    TaskBackends.bindThread(model instanceof NetworkConfig ? Dl4jNetwork.KERNELS : backend);
    try (MeasuredModel measured =
            MeasuredModel.open(model, precision, TaskBackends.settings(backend));
        ValidationOrder.Reader validation = data.open(hadoop.get())) {
      while (gathered.hasNext()) {
        ParameterShard shard = gathered.next();
        measured
            .parameters()
            .writeBytes(
                layout.offset(shard.shard()), layout.length(shard.shard()), shard.theta(), 0);
      }
      for (long i = TaskContext.getPartitionId(); i < data.numBatches(); i += numTasks) {
        losses.add(measure(measured, i, validation.read(i)));
      }
    }
    return losses.iterator();
  }

  private static BatchLoss measure(MeasuredModel measured, long number, Batch batch) {
    double sum = 0;
    for (float loss : measured.targetLosses(batch)) {
      sum += loss;
    }
    return new BatchLoss(number, sum, batch.numCounted());
  }
}
