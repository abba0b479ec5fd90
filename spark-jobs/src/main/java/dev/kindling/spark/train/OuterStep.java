package dev.kindling.spark.train;

import dev.kindling.spark.config.DataParallelismConfig.PseudoGradients;
import dev.kindling.spark.parallel.ParameterShard;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.function.FlatMapFunction2;

/**
 * A shard's task: sums what the replicas contribute, in replica order, and applies the outer step.
 * The order in which the shuffle delivers does not matter, so neither do placement, retries and
 * speculation.
 *
 * @param optimizer the outer optimiser
 * @param pseudoGradients how the replicas send
 * @param numReplicas R, the contributions that belong to every shard
 */
record OuterStep(OuterOptimizer optimizer, PseudoGradients pseudoGradients, int numReplicas)
    implements FlatMapFunction2<Iterator<Contribution>, Iterator<ParameterShard>, ShardOutcome> {

  @Override
  public Iterator<ShardOutcome> call(
      Iterator<Contribution> contributions, Iterator<ParameterShard> before) {
    ParameterShard old = before.next();
    Contribution[] byReplica = collect(contributions, old.shard());
    long bytes = 0;
    boolean failed = false;
    ReplicaReport[] reports = new ReplicaReport[numReplicas];
    for (int r = 0; r < numReplicas; r++) {
      bytes += byReplica[r].numBytes();
      failed |= byReplica[r].report().failed();
      reports[r] = byReplica[r].report();
    }
    // A round in which a replica diverged changes nothing; the driver reads why, and stops.
    ParameterShard next = failed ? old : apply(old, byReplica);
    ReplicaReport[] told = old.shard() == 0 ? reports : new ReplicaReport[0];
    return List.of(new ShardOutcome(next, told, bytes)).iterator();
  }

  private Contribution[] collect(Iterator<Contribution> contributions, int shard) {
    Contribution[] byReplica = new Contribution[numReplicas];
    int received = 0;
    while (contributions.hasNext()) {
      Contribution contribution = contributions.next();
      byReplica[contribution.report().replica()] = contribution;
      received++;
    }
    for (int r = 0; r < numReplicas; r++) {
      if (byReplica[r] == null || received != numReplicas) {
        throw new IllegalStateException(
            "shard "
                + shard
                + " received "
                + received
                + " contributions, but there are "
                + numReplicas
                + " replicas"
                + (byReplica[r] == null ? " and that of replica " + r + " is missing" : ""));
      }
    }
    return byReplica;
  }

  private ParameterShard apply(ParameterShard old, Contribution[] byReplica) {
    byte[][] thetas = new byte[numReplicas][];
    byte[][] firsts = new byte[numReplicas][];
    byte[][] seconds = new byte[numReplicas][];
    for (int r = 0; r < numReplicas; r++) {
      thetas[r] = PseudoGradientCodec.decode(pseudoGradients, old.theta(), byReplica[r].update());
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
