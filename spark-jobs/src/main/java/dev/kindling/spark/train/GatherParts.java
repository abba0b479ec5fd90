package dev.kindling.spark.train;

import dev.kindling.model.layout.PartLayout;
import dev.kindling.model.layout.PartRuns;
import dev.kindling.spark.parallel.ParameterShard;
import dev.kindling.spark.parallel.ShardLayout;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.function.PairFlatMapFunction;
import scala.Tuple2;

/**
 * Sends every rank what its part holds of every shard: the all-gather of a group round.
 *
 * @param layout how ranks share the model
 * @param shards how the state is cut
 */
record GatherParts(GroupLayout layout, ShardLayout shards)
    implements PairFlatMapFunction<Iterator<ParameterShard>, Integer, ParameterShard> {

  @Override
  public Iterator<Tuple2<Integer, ParameterShard>> call(Iterator<ParameterShard> given) {
    List<PartRuns> runs = layout.parts().stream().map(PartRuns::ofHeld).toList();
    List<Tuple2<Integer, ParameterShard>> sent = new ArrayList<>();
    while (given.hasNext()) {
      ParameterShard shard = given.next();
      for (int rank = 0; rank < runs.size(); rank++) {
        ParameterShard held = extract(shard, runs.get(rank));
        for (int replica = 0; replica < layout.mesh().dataParallel(); replica++) {
          sent.add(new Tuple2<>(replica * runs.size() + rank, held));
        }
      }
    }
    return sent.iterator();
  }

  private ParameterShard extract(ParameterShard shard, PartRuns runs) {
    ShardRuns inShard = new ShardRuns(runs, shards, shard.shard());
    return new ParameterShard(
        shard.shard(),
        inShard.extract(shard.theta()),
        new byte[0],
        inShard.extract(shard.firstMoments()),
        inShard.extract(shard.secondMoments()));
  }

  /** All partitions of a rank's part, by shard. */
  static PartLayout part(GroupLayout layout, int rank) {
    return layout.part(rank % layout.mesh().ranksPerReplica());
  }
}
