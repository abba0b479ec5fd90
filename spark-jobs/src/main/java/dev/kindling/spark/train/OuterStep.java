package dev.kindling.spark.train;

import dev.kindling.spark.parallel.NumberPartitioner;
import dev.kindling.spark.parallel.ParameterShard;
import dev.kindling.spark.train.timeline.Activity;
import dev.kindling.spark.train.timeline.TaskClock;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.FlatMapFunction2;
import scala.Tuple2;

/**
 * A shard's task: sums what the replicas contribute, in replica order, and applies the outer step.
 * The order in which the shuffle delivers does not matter, so neither do placement, retries and
 * speculation.
 *
 * @param optimizer the outer optimiser
 * @param codec how the replicas send
 * @param arrived whose contributions belong to every shard, in the order of summation
 */
record OuterStep(OuterOptimizer optimizer, PseudoGradientCodec codec, List<Arrival> arrived)
    implements FlatMapFunction2<Iterator<Contribution>, Iterator<ParameterShard>, ShardOutcome> {

  /** The stage: every shard gets its part of what the replicas hand out, by shuffle. */
  JavaRDD<ShardOutcome> over(JavaRDD<ReplicaOutcome> trained, JavaRDD<ParameterShard> before) {
    return trained
        .flatMapToPair(
            outcome ->
                IntStream.range(0, outcome.contributions().length)
                    .mapToObj(shard -> new Tuple2<>(shard, outcome.contributions()[shard]))
                    .iterator())
        .partitionBy(new NumberPartitioner(before.getNumPartitions()))
        .values()
        .zipPartitions(before, this);
  }

  @Override
  public Iterator<ShardOutcome> call(
      Iterator<Contribution> contributions, Iterator<ParameterShard> before) {
    TaskClock clock = new TaskClock(Activity.AVERAGE);
    ParameterShard old = before.next();
    Contribution[] byReplica = collect(contributions, old.shard());
    long bytes = 0;
    boolean failed = false;
    ReplicaReport[] reports = new ReplicaReport[byReplica.length];
    for (int r = 0; r < byReplica.length; r++) {
      bytes += byReplica[r].numBytes();
      failed |= byReplica[r].report().failed();
      reports[r] = byReplica[r].report();
    }
    // A round in which a replica diverged changes nothing; the driver reads why, and stops.
    ParameterShard next = failed ? old : apply(old, byReplica);
    ReplicaReport[] told = old.shard() == 0 ? reports : new ReplicaReport[0];
    return List.of(new ShardOutcome(next, told, bytes, clock.read(old.shard()))).iterator();
  }

  private Contribution[] collect(Iterator<Contribution> contributions, int shard) {
    List<Integer> replicas = arrived.stream().map(Arrival::replica).toList();
    Contribution[] byReplica = new Contribution[replicas.size()];
    int received = 0;
    while (contributions.hasNext()) {
      Contribution contribution = contributions.next();
      byReplica[replicas.indexOf(contribution.report().replica())] = contribution;
      received++;
    }
    for (int r = 0; r < byReplica.length; r++) {
      if (byReplica[r] == null || received != byReplica.length) {
        throw new IllegalStateException(
            "shard "
                + shard
                + " received "
                + received
                + " contributions, but there are "
                + byReplica.length
                + " replicas"
                + (byReplica[r] == null
                    ? " and that of replica " + replicas.get(r) + " is missing"
                    : ""));
      }
    }
    return byReplica;
  }

  private ParameterShard apply(ParameterShard old, Contribution[] byReplica) {
    byte[][] thetas = new byte[byReplica.length][];
    byte[][] firsts = new byte[byReplica.length][];
    byte[][] seconds = new byte[byReplica.length][];
    for (int r = 0; r < byReplica.length; r++) {
      thetas[r] = codec.decode(old.theta(), byReplica[r].update(), arrived.get(r).weight());
      firsts[r] = byReplica[r].firstMoments();
      seconds[r] = byReplica[r].secondMoments();
    }
    OuterOptimizer.Step step = optimizer.step(old.theta(), old.outerMomentum(), thetas);
    return new ParameterShard(
        old.shard(),
        step.theta(),
        step.velocity(),
        FloatVectors.mean(firsts),
        FloatVectors.mean(seconds));
  }
}
