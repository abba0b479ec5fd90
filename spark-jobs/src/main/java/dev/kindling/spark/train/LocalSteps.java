package dev.kindling.spark.train;

import dev.kindling.model.backend.Backend;
import dev.kindling.model.backend.Backends;
import dev.kindling.model.train.LocalTrainer;
import dev.kindling.model.train.NonFiniteLossException;
import dev.kindling.model.train.StepMetrics;
import dev.kindling.model.train.StepPosition;
import dev.kindling.spark.config.DataParallelismConfig.InnerState;
import dev.kindling.spark.parallel.HadoopSettings;
import dev.kindling.spark.parallel.ParameterShard;
import dev.kindling.spark.parallel.ShardLayout;
import dev.kindling.spark.parallel.WorkerState;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.TaskContext;
import org.apache.spark.TaskKilledException;
import org.apache.spark.api.java.function.FlatMapFunction2;

/**
 * A replica's task: gathers θ from all shards, takes its local steps, and hands out the result by
 * shard.
 *
 * @param spec the replica's constants
 * @param hadoop the filesystem's settings
 * @param firstStep the optimiser step that the round starts with, from 0
 * @param numSteps H, the steps in this round
 */
record LocalSteps(ReplicaSpec spec, HadoopSettings hadoop, long firstStep, int numSteps)
    implements FlatMapFunction2<Iterator<ParameterShard>, Iterator<WorkerState>, ReplicaOutcome> {

  @Override
  public Iterator<ReplicaOutcome> call(
      Iterator<ParameterShard> gathered, Iterator<WorkerState> states) {
    // The state first: if it is lost, it is recomputed here by another trainer, before ours exists.
    WorkerState state = states.next();
    TaskContext task = TaskContext.get();
    try (Backend backend = Backends.open(spec.backend(), task.cpus());
        LocalTrainer trainer =
            new LocalTrainer(spec.model(), spec.optimizer(), spec.compute(), backend)) {
      long bytesGathered = receive(gathered, state, trainer);
      ReplicaReport report = train(trainer, state.replica(), bytesGathered);
      return List.of(hand(trainer, state, report)).iterator();
    }
  }

  private long receive(Iterator<ParameterShard> gathered, WorkerState state, LocalTrainer trainer) {
    Moments moments = Moments.of(state, spec);
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
    return bytes;
  }

  private ReplicaReport train(LocalTrainer trainer, int replica, long bytesGathered) {
    double[] losses = new double[numSteps];
    double[] gradientNorms = new double[numSteps];
    double[] learningRates = new double[numSteps];
    // Where the moments start at zero in every round, so does their bias correction.
    long momentSteps = spec.innerState() == InnerState.RESET ? 0 : firstStep;
    long firstSample = (long) replica * spec.data().batchSize();
    String failure = "";
    long started = System.nanoTime();
    try (DataOrder.Reader reader = spec.data().open(hadoop.get())) {
      for (int i = 0; i < numSteps; i++) {
        if (TaskContext.get().isInterrupted()) {
          throw new TaskKilledException("the round was given up");
        }
        StepPosition position =
            new StepPosition(firstStep + i, momentSteps + i, spec.data().seed(), firstSample);
        StepMetrics metrics = trainer.step(reader.read(firstStep + i, replica), position);
        losses[i] = metrics.loss();
        gradientNorms[i] = metrics.gradientNorm();
        learningRates[i] = metrics.learningRate();
      }
    } catch (NonFiniteLossException e) {
      // It would fail again on every retry, so it goes to the driver as a result.
      failure = "replica " + replica + ": " + e.getMessage();
    }
    double seconds = (System.nanoTime() - started) / 1e9;
    return new ReplicaReport(
        replica, losses, gradientNorms, learningRates, seconds, bytesGathered, failure);
  }

  private ReplicaOutcome hand(LocalTrainer trainer, WorkerState before, ReplicaReport report) {
    ShardLayout layout = spec.layout();
    Contribution[] contributions = new Contribution[layout.numShards()];
    Moments moments = report.failed() ? Moments.none() : Moments.readFrom(trainer, spec);
    boolean shareMoments = spec.innerState() == InnerState.AVERAGE;
    for (int s = 0; s < contributions.length; s++) {
      byte[] theta = new byte[report.failed() ? 0 : layout.byteLength(s)];
      if (!report.failed()) {
        trainer.parameters().readBytes(layout.offset(s), layout.length(s), theta, 0);
      }
      Moments part = shareMoments ? moments.part(s, layout) : Moments.none();
      contributions[s] = new Contribution(report, theta, part.first(), part.second());
    }
    boolean keep = spec.innerState() == InnerState.KEEP;
    WorkerState after =
        keep
            ? new WorkerState(before.replica(), moments.first(), moments.second())
            : WorkerState.fresh(before.replica());
    return new ReplicaOutcome(after, contributions);
  }
}
