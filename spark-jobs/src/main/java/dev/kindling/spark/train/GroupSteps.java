package dev.kindling.spark.train;

import dev.kindling.model.backend.Backend;
import dev.kindling.model.layout.PartRuns;
import dev.kindling.model.train.ModelPart;
import dev.kindling.spark.communicate.Communicator;
import dev.kindling.spark.communicate.Communicators;
import dev.kindling.spark.config.DataParallelismConfig.InnerState;
import dev.kindling.spark.memory.GpuMemory;
import dev.kindling.spark.parallel.HadoopSettings;
import dev.kindling.spark.parallel.ParameterShard;
import dev.kindling.spark.parallel.TaskBackends;
import dev.kindling.spark.train.timeline.Activity;
import dev.kindling.spark.train.timeline.TaskClock;
import dev.kindling.spark.train.timeline.TaskTimes;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.BarrierTaskContext;
import scala.Tuple2;

/**
 * A rank's task in a barrier stage: gathers its part of the state, takes the steps of the round
 * with all other ranks, and hands out the result by shard.
 *
 * @param spec the ranks' constants
 * @param hadoop the filesystem's settings
 * @param round what they do this time
 */
record GroupSteps(GroupSpec spec, HadoopSettings hadoop, RoundPlan round) implements Serializable {

  /** What the task gives to every shard. */
  Iterator<Tuple2<Integer, PartContribution>> run(Iterator<ParameterShard> gathered) {
    TaskClock clock = new TaskClock(Activity.SET_UP);
    BarrierTaskContext task = BarrierTaskContext.get();
    int numTasks = task.getTaskInfos().length;
    if (numTasks != spec.mesh().numRanks()) {
      // Of results that were lost with an executor, Spark runs again only those.
      throw new IllegalStateException(
          numTasks
              + " of "
              + spec.mesh().numRanks()
              + " ranks were to run again, without the others");
    }
    Communicator network = Communicators.inBarrier(task, spec.timeout());
    try (Backend backend = TaskBackends.open(spec.backend())) {
      GpuMemory.require(spec.leastOnGpu(task.partitionId()), backend);
      return run(gathered, network, backend, clock);
    } catch (RuntimeException | Error e) {
      // Nobody has to wait for the timeout to learn that this rank is gone.
      network.abort(e);
      throw e;
    } finally {
      network.close();
    }
  }

  private Iterator<Tuple2<Integer, PartContribution>> run(
      Iterator<ParameterShard> gathered, Communicator network, Backend backend, TaskClock clock) {
    RankGroups groups = RankGroups.of(Communicators.onDevices(network, backend), spec.layout());
    try (ModelPart part =
        new ModelPart(
            spec.layout().model(),
            GatherParts.part(spec.layout(), groups.world().rank()),
            new CommunicatorSlices(groups.tensor(), clock),
            spec.optimizer(),
            spec.compute(),
            backend)) {
      return run(gathered, part, groups, clock);
    } catch (RuntimeException | Error e) {
      // Before the groups close: from then on the others only learn that this rank has left.
      groups.world().abort(e);
      throw e;
    } finally {
      groups.close();
    }
  }

  private Iterator<Tuple2<Integer, PartContribution>> run(
      Iterator<ParameterShard> gathered, ModelPart part, RankGroups groups, TaskClock clock) {
    try {
      clock.switchTo(Activity.GATHER);
      long bytes = receive(gathered, part);
      clock.switchTo(Activity.COMPUTE);
      Trained trained = train(part, groups, bytes, clock);
      clock.switchTo(Activity.HAND_OUT);
      return hand(part, groups, trained, clock).iterator();
    } catch (RuntimeException | Error e) {
      // First: memory of a device is freed when its kernels have ended, which may wait for others.
      groups.world().abort(e);
      throw e;
    }
  }

  private long receive(Iterator<ParameterShard> gathered, ModelPart part) {
    PartRuns runs = PartRuns.ofHeld(part.layout());
    long bytes = 0;
    int received = 0;
    while (gathered.hasNext()) {
      ParameterShard shard = gathered.next();
      ShardRuns inShard = new ShardRuns(runs, spec.shards(), shard.shard());
      inShard.write(shard.theta(), part.parameters());
      if (shard.firstMoments().length > 0) {
        inShard.write(shard.firstMoments(), part.moments().get(0));
        inShard.write(shard.secondMoments(), part.moments().get(1));
      }
      bytes += shard.numBytes();
      received++;
    }
    if (received != spec.shards().numShards()) {
      throw new IllegalStateException(
          "a rank received " + received + " of " + spec.shards().numShards() + " shards");
    }
    return bytes;
  }

  /**
   * What a rank knows after its steps.
   *
   * @param passes of the last step, see {@link TaskTimes#passes}
   */
  // The array is payload of a record that is never compared.
  @SuppressWarnings("ArrayRecordComponent")
  private record Trained(ReplicaReport report, double[] passes) {}

  /**
   * All ranks of a replica, or of synchronous replicas, come to the same numbers and decide alike.
   */
  private Trained train(ModelPart part, RankGroups groups, long bytesGathered, TaskClock clock) {
    int replica = spec.mesh().replica(groups.world().rank());
    StepLog steps = new StepLog(round, spec.data(), spec.innerState(), spec.onNonFinite(), replica);
    try (DataOrder.Reader reader = spec.data().open(hadoop.get());
        GroupTrainer trainer = new GroupTrainer(spec, part, groups, clock)) {
      steps.takeSteps(reader, trainer::computeGradient, part::update);
      return new Trained(steps.report(bytesGathered), trainer.lastPasses());
    }
  }

  private List<Tuple2<Integer, PartContribution>> hand(
      ModelPart part, RankGroups groups, Trained trained, TaskClock clock) {
    ReplicaReport report = trained.report();
    int rank = groups.world().rank();
    boolean tells = !report.failed() && spec.contributes(report.replica());
    boolean tellsMoments =
        tells && spec.innerState() != InnerState.RESET && !part.moments().isEmpty();
    byte[] none = new byte[0];
    PartRuns runs = PartRuns.ofOwn(part.layout());
    List<Tuple2<Integer, PartContribution>> handed = new ArrayList<>();
    // The first shard comes last: its task tells the driver, and by then all is handed out.
    for (int shard = spec.shards().numShards() - 1; shard >= 0; shard--) {
      ShardRuns inShard = new ShardRuns(runs, spec.shards(), shard);
      byte[] theta = tells ? inShard.read(part.parameters()) : none;
      byte[] firsts = tellsMoments ? inShard.read(part.moments().get(0)) : none;
      byte[] seconds = tellsMoments ? inShard.read(part.moments().get(1)) : none;
      ReplicaReport told = shard == 0 ? report.with(clock.read(rank, trained.passes())) : report;
      Contribution values = new Contribution(told, theta, firsts, seconds);
      handed.add(
          new Tuple2<>(shard, new PartContribution(rank % spec.mesh().ranksPerReplica(), values)));
    }
    return handed;
  }
}
