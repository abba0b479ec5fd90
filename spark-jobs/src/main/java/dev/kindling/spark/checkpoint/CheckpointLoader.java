package dev.kindling.spark.checkpoint;

import dev.kindling.model.arch.ModelShape;
import dev.kindling.model.io.ModelWeights;
import dev.kindling.model.io.ModelWeightsReader;
import dev.kindling.spark.checkpoint.CheckpointLayout.ShardVector;
import dev.kindling.spark.parallel.HadoopSettings;
import dev.kindling.spark.parallel.ParameterShard;
import dev.kindling.spark.parallel.ShardLayout;
import dev.kindling.spark.parallel.TrainingState;
import dev.kindling.spark.parallel.WorkerState;
import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.storage.StorageLevel;

/**
 * Reads a checkpoint back as RDDs without a past: every task reads its own byte range. Where Spark
 * loses a block that was computed since, it comes back to these files and no further.
 *
 * @param hadoop the filesystem's settings
 * @param checkpoint the directory
 * @param model the shape
 * @param layout how the parameters are to be cut, whoever wrote them
 */
public record CheckpointLoader(
    HadoopSettings hadoop, String checkpoint, ModelShape model, ShardLayout layout)
    implements Serializable {

  /** The state that the checkpoint holds, for {@code numReplicas} replicas. */
  public TrainingState load(JavaSparkContext spark, int numReplicas, StorageLevel level) {
    JavaRDD<ParameterShard> shards =
        numbers(spark, layout.numShards())
            .map(this::readShard)
            .setName("shards of " + new Path(checkpoint).getName())
            .persist(level);
    JavaRDD<WorkerState> workers = numbers(spark, numReplicas).map(this::readWorker);
    return new TrainingState(layout, shards, workers, List.of(shards));
  }

  /**
   * Lets a state that was computed, and that the checkpoint holds, forget what it was computed
   * from: its elements come from the files from now on, to the same bits. No job may be running on
   * it.
   */
  public void replacePast(TrainingState committed) {
    FilesRdd.replacePast(committed.shards(), this::readShard);
    FilesRdd.replacePast(committed.workers(), this::readWorker);
  }

  private static JavaRDD<Integer> numbers(JavaSparkContext spark, int end) {
    return spark.parallelize(IntStream.range(0, end).boxed().toList(), end);
  }

  private ParameterShard readShard(int shard) throws IOException {
    return new ParameterShard(
        shard,
        readTheta(shard),
        readVector(ShardVector.OUTER_MOMENTUM, shard),
        readVector(ShardVector.AVERAGED_FIRST_MOMENTS, shard),
        readVector(ShardVector.AVERAGED_SECOND_MOMENTS, shard));
  }

  private byte[] readTheta(int shard) throws IOException {
    try (TensorFile file = TensorFile.open(hadoop.get(), new Path(checkpoint, ModelWeights.NAME))) {
      ModelWeightsReader reader =
          ModelWeightsReader.open(file.name(), file.header(), file::readFully, model);
      byte[] theta = new byte[layout.byteLength(shard)];
      reader.readBytes(layout.offset(shard), layout.length(shard), theta, 0);
      return theta;
    }
  }

  private byte[] readVector(ShardVector vector, int shard) throws IOException {
    try (TensorFile file = TensorFile.open(hadoop.get(), new Path(checkpoint, vector.file()))) {
      if (file.require(vector.tensor()).numBytes() == 0) {
        return new byte[0];
      }
      return file.readRange(vector.tensor(), layout.byteOffset(shard), layout.byteLength(shard));
    }
  }

  private WorkerState readWorker(int replica) throws IOException {
    Path path = new Path(checkpoint, CheckpointLayout.replicaFile(replica));
    if (!path.getFileSystem(hadoop.get()).exists(path)) {
      return WorkerState.fresh(replica);
    }
    try (TensorFile file = TensorFile.open(hadoop.get(), path)) {
      int numBytes = Math.toIntExact(layout.numBytes());
      return new WorkerState(
          replica,
          file.readRange(CheckpointLayout.FIRST_MOMENTS, 0, numBytes),
          file.readRange(CheckpointLayout.SECOND_MOMENTS, 0, numBytes));
    }
  }
}
