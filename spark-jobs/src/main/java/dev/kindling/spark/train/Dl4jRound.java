package dev.kindling.spark.train;

import dev.kindling.model.batch.Batch;
import dev.kindling.model.nn.ParameterStore;
import dev.kindling.spark.parallel.HadoopSettings;
import dev.kindling.spark.parallel.ParameterShard;
import dev.kindling.spark.parallel.ShardLayout;
import dev.kindling.spark.parallel.TrainingState;
import dev.kindling.spark.train.dl4j.BatchSource;
import dev.kindling.spark.train.dl4j.Dl4jAveraging;
import dev.kindling.spark.train.dl4j.Dl4jNetwork;
import dev.kindling.spark.train.dl4j.WorkerReport;
import dev.kindling.spark.train.timeline.RoundTimes;
import dev.kindling.spark.train.timeline.TaskTimes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * One round as DL4J's averaging takes it: the driver broadcasts parameters and moments, every
 * worker takes its local steps, and the driver sums up what comes back to it (of many workers,
 * tasks sum up some before). The samples are those of {@link AveragingRound}, replica by replica
 * and step by step, so that both give the same parameters but for the order of sums. With three
 * replicas or more, that order is the one in which they end: the last bits are not those of another
 * run.
 */
final class Dl4jRound implements TrainingRound {
  private final JavaSparkContext spark;
  private final Dl4jNetwork network;
  private final ShardLayout layout;
  private final BatchSource source;
  private Dl4jAveraging averaging;
  private long nextStep;

  Dl4jRound(
      JavaSparkContext spark,
      HadoopSettings hadoop,
      Dl4jNetwork network,
      ShardLayout layout,
      DataOrder data) {
    this.spark = spark;
    this.network = network;
    this.layout = layout;
    this.source = () -> new Samples(data.open(hadoop.get()));
  }

  /** The token shards, as DL4J's workers read them. */
  private record Samples(DataOrder.Reader reader) implements BatchSource.Reader {
    @Override
    public Batch read(long firstSample) {
      return reader.read(firstSample);
    }

    @Override
    public void close() {
      reader.close();
    }
  }

  @Override
  public AveragingRound.Outcome run(TrainingState before, RoundPlan round) {
    long started = System.nanoTime();
    if (averaging == null || round.firstStep() != nextStep) {
      averaging = new Dl4jAveraging(spark, network, source);
      spark.setJobDescription("collect parameters");
      before.shards().collect().forEach(this::place);
      averaging.written();
    }
    spark.setJobDescription("train " + round.steps());
    List<WorkerReport> told = averaging.fit(round.firstStep(), firstSamples(round));
    nextStep = round.firstStep() + round.numSteps();
    TrainingState after = state(round.numReplicas());
    double seconds = (System.nanoTime() - started) / 1e9;
    List<TaskTimes> times = told.stream().map(WorkerReport::times).toList();
    return new AveragingRound.Outcome(
        after,
        told.stream().map(each -> report(each, round)).toList(),
        Arrival.onTime(round.replicas()),
        2L * round.numReplicas() * numBytes(),
        RoundTimes.endingNow(seconds, times, Set.of(), List.of()));
  }

  private long[][] firstSamples(RoundPlan round) {
    long[][] samples = new long[round.numReplicas()][round.numSteps()];
    for (int replica = 0; replica < samples.length; replica++) {
      for (int i = 0; i < round.numSteps(); i++) {
        samples[replica][i] = round.firstSample(i, replica, network.batchSize());
      }
    }
    return samples;
  }

  /** Parameters and moments, which go to every worker and come back from it. */
  private long numBytes() {
    return layout.numBytes() * (1 + network.optimizer().numMoments());
  }

  private void place(ParameterShard shard) {
    int number = shard.shard();
    averaging
        .parameters()
        .writeBytes(layout.offset(number), layout.length(number), shard.theta(), 0);
    if (shard.firstMoments().length > 0) {
      List<ParameterStore> moments = averaging.moments();
      moments
          .get(0)
          .writeBytes(layout.offset(number), layout.length(number), shard.firstMoments(), 0);
      moments
          .get(1)
          .writeBytes(layout.offset(number), layout.length(number), shard.secondMoments(), 0);
    }
  }

  private TrainingState state(int numReplicas) {
    List<ParameterStore> moments = averaging.moments();
    boolean hasMoments = !moments.isEmpty();
    List<ParameterShard> shards = new ArrayList<>();
    for (int s = 0; s < layout.numShards(); s++) {
      shards.add(
          new ParameterShard(
              s,
              bytes(averaging.parameters(), s),
              new byte[0],
              hasMoments ? bytes(moments.get(0), s) : new byte[0],
              hasMoments ? bytes(moments.get(1), s) : new byte[0]));
    }
    JavaRDD<ParameterShard> onDriver = spark.parallelize(shards, layout.numShards());
    return new TrainingState(
        layout, onDriver, AveragingRound.freshWorkers(spark, numReplicas), List.of());
  }

  private byte[] bytes(ParameterStore vector, int shard) {
    byte[] bytes = new byte[layout.byteLength(shard)];
    vector.readBytes(layout.offset(shard), layout.length(shard), bytes, 0);
    return bytes;
  }

  private ReplicaReport report(WorkerReport told, RoundPlan round) {
    return new ReplicaReport(
        told.replica(),
        told.losses(),
        told.gradientNorms(),
        told.learningRates(),
        new SkippedStep[0],
        told.times().computeSeconds(),
        numBytes(),
        failure(told, round),
        told.times());
  }

  /** The first step whose loss or gradient is not a number; the round is not applied then. */
  private String failure(WorkerReport told, RoundPlan round) {
    return IntStream.range(0, told.losses().length)
        .filter(
            i -> !Double.isFinite(told.losses()[i]) || !Double.isFinite(told.gradientNorms()[i]))
        .mapToObj(
            i ->
                new SkippedStep(
                        round.firstStep() + i + 1,
                        told.replica(),
                        round.firstSample(i, told.replica(), network.batchSize()),
                        network.batchSize(),
                        told.losses()[i],
                        told.gradientNorms()[i])
                    .describe())
        .findFirst()
        .orElse("");
  }
}
