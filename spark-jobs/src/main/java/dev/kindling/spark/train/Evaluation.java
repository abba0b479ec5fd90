package dev.kindling.spark.train;

import dev.kindling.data.shard.TokenSet;
import dev.kindling.model.arch.GptConfig;
import dev.kindling.model.backend.Backend;
import dev.kindling.model.backend.Backends;
import dev.kindling.model.train.InferenceModel;
import dev.kindling.spark.parallel.HadoopSettings;
import dev.kindling.spark.parallel.ParameterShard;
import dev.kindling.spark.parallel.ShardLayout;
import dev.kindling.spark.parallel.TrainingState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import org.apache.hadoop.fs.Path;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.FlatMapFunction;

/**
 * The validation loss as a Spark job. The split is read as windows of T targets that do not
 * overlap; the last may be shorter. Windows go through the model in batches of fixed composition,
 * and the batches' sums are added in their order in double, so the result does not depend on how
 * many tasks share them.
 *
 * @param hadoop the filesystem's settings
 * @param model the shape
 * @param backend the kernels' name, resolved: never {@code auto}
 * @param layout how the parameters are cut
 * @param tokens the directory of the token shards
 * @param batchSize windows per batch
 * @param numTargets tokens to predict, at most all of the split but its first
 * @param numTasks tasks that share the batches
 */
record Evaluation(
    HadoopSettings hadoop,
    GptConfig model,
    String backend,
    ShardLayout layout,
    String tokens,
    int batchSize,
    long numTargets,
    int numTasks)
    implements FlatMapFunction<Iterator<ParameterShard>, BatchLoss> {

  /** The mean over all targets, in nats. */
  double run(JavaSparkContext spark, TrainingState state, long step) {
    spark.setJobDescription("evaluate after step " + step);
    List<BatchLoss> losses =
        new ArrayList<>(
            AveragingRound.gather(state.shards().map(ParameterShard::parametersOnly), numTasks)
                .mapPartitions(this)
                .collect());
    losses.sort(Comparator.comparingLong(BatchLoss::batch));
    double sum = 0;
    for (BatchLoss loss : losses) {
      sum += loss.sum();
    }
    return sum / numTargets;
  }

  /** Batches of the split. */
  static long numBatches(long numTargets, int length, int batchSize) {
    long windows = (numTargets + length - 1) / length;
    return (windows + batchSize - 1) / batchSize;
  }

  @Override
  public Iterator<BatchLoss> call(Iterator<ParameterShard> gathered) {
    int length = model.contextLength();
    List<BatchLoss> losses = new ArrayList<>();
    try (Backend kernels = Backends.open(backend, TaskContext.get().cpus());
        InferenceModel inference = new InferenceModel(model, kernels);
        TokenSet validation = TokenSet.open(hadoop.get(), new Path(tokens), "validation")) {
      while (gathered.hasNext()) {
        ParameterShard shard = gathered.next();
        inference
            .parameters()
            .writeBytes(
                layout.offset(shard.shard()), layout.length(shard.shard()), shard.theta(), 0);
      }
      long numBatches = numBatches(numTargets, length, batchSize);
      for (long batch = TaskContext.getPartitionId(); batch < numBatches; batch += numTasks) {
        losses.add(new BatchLoss(batch, sum(inference, validation, batch)));
      }
    }
    return losses.iterator();
  }

  private double sum(InferenceModel inference, TokenSet validation, long batch) {
    int length = model.contextLength();
    int[] inputs = new int[batchSize * length];
    int[] targets = new int[batchSize * length];
    // What lies behind the end is padding: it is computed and not counted.
    Arrays.fill(targets, -1);
    int[] window = new int[length + 1];
    for (int j = 0; j < batchSize; j++) {
      long start = (batch * batchSize + j) * length;
      int counted = (int) Math.max(0, Math.min(length, numTargets - start));
      if (counted > 0) {
        validation.read(start, window, 0, counted + 1);
        System.arraycopy(window, 0, inputs, j * length, counted);
        System.arraycopy(window, 1, targets, j * length, counted);
      }
    }
    double sum = 0;
    for (float loss : inference.tokenLosses(inputs, targets, batchSize, length)) {
      sum += loss;
    }
    return sum;
  }
}
