package dev.kindling.spark.train;

import dev.kindling.model.backend.Backend;
import dev.kindling.model.train.LocalTrainer;
import dev.kindling.spark.config.DataParallelismConfig.InnerState;
import dev.kindling.spark.memory.GpuMemory;
import dev.kindling.spark.parallel.HadoopSettings;
import dev.kindling.spark.parallel.ParameterShard;
import dev.kindling.spark.parallel.ShardLayout;
import dev.kindling.spark.parallel.TaskBackends;
import dev.kindling.spark.parallel.WorkerState;
import dev.kindling.spark.train.timeline.Activity;
import dev.kindling.spark.train.timeline.TaskClock;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.function.FlatMapFunction2;

/**
 * A replica's task: gathers θ from all shards, takes its local steps, and hands out the result by
 * shard.
 *
 * @param spec the replica's constants
 * @param hadoop the filesystem's settings
 * @param round what it does this time
 */
record LocalSteps(ReplicaSpec spec, HadoopSettings hadoop, RoundPlan round)
    implements FlatMapFunction2<Iterator<ParameterShard>, Iterator<WorkerState>, ReplicaOutcome> {

  @Override
  public Iterator<ReplicaOutcome> call(
      Iterator<ParameterShard> gathered, Iterator<WorkerState> states) {
    TaskClock clock = new TaskClock(Activity.SET_UP);
    // The state first: if it is lost, it is recomputed here by another trainer, before ours exists.
    WorkerState state = states.next();
    try (Backend backend = TaskBackends.open(spec.backend())) {
      GpuMemory.require(spec.leastOnGpu(), backend);
      return call(gathered, state, backend, clock);
    }
  }

  private Iterator<ReplicaOutcome> call(
      Iterator<ParameterShard> gathered, WorkerState state, Backend backend, TaskClock clock) {
    try (LocalTrainer trainer =
        new LocalTrainer(spec.model(), spec.optimizer(), spec.compute(), backend)) {
      clock.switchTo(Activity.GATHER);
      Received received = receive(gathered, state, trainer);
      clock.switchTo(Activity.COMPUTE);
      ReplicaReport report = train(trainer, state.replica(), received.numBytes());
      clock.switchTo(Activity.HAND_OUT);
      return List.of(hand(trainer, state, received, report, clock)).iterator();
    }
  }

  /**
   * What came in.
   *
   * @param theta by shard, where the replica will need it again
   * @param numBytes of all of it
   */
  // The arrays are payload of a record that is never compared.
  @SuppressWarnings("ArrayRecordComponent")
  private record Received(byte[][] theta, long numBytes) {}

  private Received receive(
      Iterator<ParameterShard> gathered, WorkerState state, LocalTrainer trainer) {
    Moments moments = Moments.of(state, spec);
    byte[][] theta = new byte[spec.layout().numShards()][];
    boolean sendsDifference = spec.codec().sendsDifference();
    long bytes = 0;
    int received = 0;
    while (gathered.hasNext()) {
      ParameterShard shard = gathered.next();
      trainer
          .parameters()
          .writeBytes(
              spec.layout().offset(shard.shard()),
              spec.layout().length(shard.shard()),
              shard.theta(),
              0);
      moments.place(shard, spec.layout());
      if (sendsDifference) {
        theta[shard.shard()] = shard.theta();
      }
      bytes += shard.numBytes();
      received++;
    }
    if (received != spec.layout().numShards()) {
      throw new IllegalStateException(
          "replica "
              + state.replica()
              + " received "
              + received
              + " of "
              + spec.layout().numShards()
              + " shards");
    }
    moments.writeTo(trainer);
    return new Received(theta, bytes);
  }

  private ReplicaReport train(LocalTrainer trainer, int replica, long bytesGathered) {
    StepLog steps = new StepLog(round, spec.data(), spec.innerState(), spec.onNonFinite(), replica);
    try (DataOrder.Reader reader = spec.data().open(hadoop.get())) {
      steps.takeSteps(reader, trainer::computeGradient, trainer::update);
    }
    return steps.report(bytesGathered);
  }

  private ReplicaOutcome hand(
      LocalTrainer trainer,
      WorkerState before,
      Received received,
      ReplicaReport report,
      TaskClock clock) {
    ShardLayout layout = spec.layout();
    Contribution[] contributions = new Contribution[layout.numShards()];
    Moments moments = report.failed() ? Moments.none() : Moments.readFrom(trainer, spec);
    boolean shareMoments = spec.innerState() == InnerState.AVERAGE;
    // The first shard comes last: its task tells the driver, and by then all is handed out.
    for (int s = contributions.length - 1; s >= 0; s--) {
      byte[] update = new byte[report.failed() ? 0 : layout.byteLength(s)];
      if (!report.failed()) {
        trainer.parameters().readBytes(layout.offset(s), layout.length(s), update, 0);
        update = spec.codec().encode(received.theta()[s], update);
      }
      Moments part = shareMoments ? moments.part(s, layout) : Moments.none();
      ReplicaReport told = s == 0 ? report.with(clock.read(before.replica())) : report;
      contributions[s] = new Contribution(told, update, part.first(), part.second());
    }
    boolean keep = spec.innerState() == InnerState.KEEP;
    WorkerState after =
        keep
            ? new WorkerState(before.replica(), moments.first(), moments.second())
            : WorkerState.fresh(before.replica());
    return new ReplicaOutcome(after, contributions);
  }
}
