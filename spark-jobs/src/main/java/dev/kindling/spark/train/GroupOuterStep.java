package dev.kindling.spark.train;

import dev.kindling.model.layout.PartRuns;
import dev.kindling.spark.parallel.ParameterShard;
import dev.kindling.spark.train.timeline.Activity;
import dev.kindling.spark.train.timeline.TaskClock;
import dev.kindling.spark.train.timeline.TaskTimes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.function.FlatMapFunction2;

/**
 * A shard's task after a group round: puts together what the ranks of each replica have of the
 * shard, and applies the outer step to the replicas, in their order.
 *
 * @param spec the ranks' constants
 * @param optimizer the outer optimiser
 */
record GroupOuterStep(GroupSpec spec, OuterOptimizer optimizer)
    implements FlatMapFunction2<
        Iterator<PartContribution>, Iterator<ParameterShard>, ShardOutcome> {

  @Override
  public Iterator<ShardOutcome> call(
      Iterator<PartContribution> contributions, Iterator<ParameterShard> before) {
    TaskClock clock = new TaskClock(Activity.AVERAGE);
    ParameterShard old = before.next();
    List<ShardRuns> runs =
        spec.layout().parts().stream()
            .map(part -> new ShardRuns(PartRuns.ofOwn(part), spec.shards(), old.shard()))
            .toList();
    int numRanks = spec.mesh().ranksPerReplica();
    ReplicaReport[] reports = new ReplicaReport[spec.mesh().dataParallel()];
    int numBytes = old.theta().length;
    AssembledVectors thetas = new AssembledVectors(spec.numContributors(), numBytes);
    AssembledVectors firsts = new AssembledVectors(spec.numContributors(), numBytes);
    AssembledVectors seconds = new AssembledVectors(spec.numContributors(), numBytes);
    long bytes = 0;
    int received = 0;
    boolean failed = false;
    while (contributions.hasNext()) {
      PartContribution part = contributions.next();
      Contribution values = part.values();
      int replica = values.report().replica();
      reports[replica] = together(reports[replica], values.report());
      failed |= values.report().failed();
      bytes += values.numBytes();
      received++;
      if (!values.report().failed() && spec.contributes(replica)) {
        ShardRuns ofRank = runs.get(part.rankInReplica());
        thetas.place(replica, values.update(), ofRank);
        firsts.place(replica, values.firstMoments(), ofRank);
        seconds.place(replica, values.secondMoments(), ofRank);
      }
    }
    if (received != numRanks * reports.length) {
      throw new IllegalStateException(
          "shard "
              + old.shard()
              + " received "
              + received
              + " contributions, but there are "
              + numRanks * reports.length
              + " ranks");
    }
    // A round in which a loss was not finite changes nothing; the driver reads why, and stops.
    ParameterShard next = failed ? old : apply(old, thetas, firsts, seconds);
    ReplicaReport[] told = old.shard() == 0 ? reports : new ReplicaReport[0];
    return List.of(new ShardOutcome(next, told, bytes, clock.read(old.shard()))).iterator();
  }

  /** What the replica's slowest rank tells, with the bytes and the times of all. */
  private static ReplicaReport together(ReplicaReport known, ReplicaReport other) {
    if (known == null) {
      return other;
    }
    List<TaskTimes> times = new ArrayList<>(Arrays.asList(known.times()));
    times.addAll(Arrays.asList(other.times()));
    ReplicaReport slowest = other.computeSeconds() > known.computeSeconds() ? other : known;
    return slowest.together(
        known.bytesGathered() + other.bytesGathered(), times.toArray(TaskTimes[]::new));
  }

  private ParameterShard apply(
      ParameterShard old,
      AssembledVectors thetas,
      AssembledVectors firsts,
      AssembledVectors seconds) {
    OuterOptimizer.Step step = optimizer.step(old.theta(), old.outerMomentum(), thetas.byReplica());
    return new ParameterShard(
        old.shard(),
        step.theta(),
        step.velocity(),
        FloatVectors.mean(firsts.byReplica()),
        FloatVectors.mean(seconds.byReplica()));
  }
}
