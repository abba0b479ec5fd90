package dev.kindling.spark.train;

import dev.kindling.model.arch.ModelShape;
import dev.kindling.model.nn.ParameterStore;
import dev.kindling.model.tensor.DType;
import dev.kindling.spark.parallel.NumberPartitioner;
import dev.kindling.spark.parallel.ParameterShard;
import dev.kindling.spark.parallel.ShardLayout;
import dev.kindling.spark.parallel.TrainingState;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.PairFlatMapFunction;
import org.apache.spark.storage.StorageLevel;
import scala.Tuple2;

/**
 * The state before the first step: one task draws the parameters and hands them out by shard.
 *
 * @param model the shape
 * @param layout how the parameters are cut
 * @param hasVelocity whether the outer optimiser has momentum
 */
record InitialState(ModelShape model, ShardLayout layout, boolean hasVelocity)
    implements PairFlatMapFunction<Long, Integer, ParameterShard> {

  TrainingState create(JavaSparkContext spark, int numReplicas, long seed, StorageLevel level) {
    JavaRDD<ParameterShard> shards =
        spark
            .parallelize(List.of(seed), 1)
            .flatMapToPair(this)
            .partitionBy(new NumberPartitioner(layout.numShards()))
            .values()
            .setName("initial shards")
            .persist(level);
    return new TrainingState(
        layout, shards, AveragingRound.freshWorkers(spark, numReplicas), List.of(shards));
  }

  @Override
  public Iterator<Tuple2<Integer, ParameterShard>> call(Long seed) {
    try (ParameterStore parameters = ParameterStore.allocate(model.layout(), DType.F32)) {
      model.initialize(parameters, seed);
      return IntStream.range(0, layout.numShards())
          .mapToObj(shard -> new Tuple2<>(shard, cut(parameters, shard)))
          .toList()
          .iterator();
    }
  }

  private ParameterShard cut(ParameterStore parameters, int shard) {
    byte[] theta = new byte[layout.byteLength(shard)];
    parameters.readBytes(layout.offset(shard), layout.length(shard), theta, 0);
    byte[] velocity = new byte[hasVelocity ? theta.length : 0];
    return new ParameterShard(shard, theta, velocity, new byte[0], new byte[0]);
  }
}
