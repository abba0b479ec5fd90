package dev.kindling.spark.train;

import dev.kindling.spark.config.DataParallelismConfig.InnerState;
import dev.kindling.spark.parallel.HadoopSettings;
import dev.kindling.spark.parallel.NumberPartitioner;
import dev.kindling.spark.parallel.ParameterShard;
import dev.kindling.spark.parallel.TrainingState;
import dev.kindling.spark.parallel.WorkerState;
import dev.kindling.spark.train.timeline.RoundTimes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.storage.StorageLevel;
import scala.Tuple2;

/**
 * One round as one Spark job of three stages (local SGD, Stich 2019; DiLoCo, Douillard et al.
 * 2023):
 *
 * <pre>
 * shards ── all-gather ──▶ replicas: H local steps ── reduce-scatter ──▶ shards: mean, outer step
 *             shuffle        R tasks, with state          shuffle          S tasks
 * </pre>
 *
 * <p>No parameter passes through the driver: it gets the replicas' reports. Every task is a pure
 * function of its inputs, so that whatever Spark runs twice, it finds the same bits: on processors
 * of the same type, since kernels are chosen by what a processor can do, and with the same {@code
 * spark.task.cpus}, since threads may share out sums.
 */
final class AveragingRound implements TrainingRound {
  private final JavaSparkContext spark;
  private final ReplicaSpec spec;
  private final HadoopSettings hadoop;
  private final OuterOptimizer optimizer;

  /**
   * What the driver learns of a round.
   *
   * @param state the state after it, held by the executors
   * @param reports of every replica that arrived, in the order of {@code arrived}
   * @param arrived whose contributions it is made of
   * @param bytesMoved payload of both shuffles
   * @param times where its time went
   */
  record Outcome(
      TrainingState state,
      List<ReplicaReport> reports,
      List<Arrival> arrived,
      long bytesMoved,
      RoundTimes times) {

    /** What is learned of the outer step's job, which has ended now. */
    static Outcome of(
        TrainingState state, List<Arrival> arrived, List<ShardOutcome> told, double seconds) {
      List<ReplicaReport> reports = Arrays.asList(told.get(0).reports());
      long bytes =
          told.stream().mapToLong(ShardOutcome::bytesReduced).sum()
              + reports.stream().mapToLong(ReplicaReport::bytesGathered).sum();
      RoundTimes times =
          RoundTimes.endingNow(
              seconds,
              reports.stream().flatMap(report -> Arrays.stream(report.times())).toList(),
              arrived.stream()
                  .filter(Arrival::isLate)
                  .map(Arrival::replica)
                  .collect(Collectors.toSet()),
              told.stream().map(ShardOutcome::times).toList());
      return new Outcome(state, reports, arrived, bytes, times);
    }

    /** Wall-clock. */
    double seconds() {
      return times.seconds();
    }
  }

  AveragingRound(
      JavaSparkContext spark, HadoopSettings hadoop, ReplicaSpec spec, OuterOptimizer optimizer) {
    this.spark = spark;
    this.hadoop = hadoop;
    this.spec = spec;
    this.optimizer = optimizer;
  }

  @Override
  public Outcome run(TrainingState before, RoundPlan round) {
    long started = System.nanoTime();
    StorageLevel level = Storage.replicatedLevel(spark);
    int numReplicas = round.numReplicas();
    boolean keep = spec.innerState() == InnerState.KEEP;

    JavaRDD<ReplicaOutcome> trained =
        gather(before.shards(), numReplicas)
            .zipPartitions(
                workers(before.workers(), numReplicas), new LocalSteps(spec, hadoop, round))
            .setName("replicas, " + round.steps());
    if (keep) {
      trained.persist(level);
    }
    JavaRDD<ShardOutcome> stepped =
        new OuterStep(optimizer, spec.codec(), Arrival.onTime(round.replicas()))
            .over(trained, before.shards())
            .setName("shards after " + round.steps())
            .persist(level);

    spark.setJobDescription("train " + round.steps());
    List<ShardOutcome> told = stepped.map(ShardOutcome::withoutParameters).collect();

    List<JavaRDD<?>> held = new ArrayList<>(List.of(stepped));
    if (keep) {
      held.add(trained);
    }
    TrainingState after =
        new TrainingState(
            before.layout(),
            stepped.map(ShardOutcome::shard),
            keep ? trained.map(ReplicaOutcome::state) : freshWorkers(spark, numReplicas),
            held);
    double seconds = (System.nanoTime() - started) / 1e9;
    return Outcome.of(after, Arrival.onTime(round.replicas()), told, seconds);
  }

  /**
   * The states of {@code numReplicas} replicas, made from those of the round before: replicas that
   * leave take theirs along, and one that joins goes on from the moments of {@code r mod R}, which
   * have seen other samples but as many steps.
   */
  private JavaRDD<WorkerState> workers(JavaRDD<WorkerState> before, int numReplicas) {
    int numBefore = before.getNumPartitions();
    if (numBefore == numReplicas) {
      return before;
    }
    if (spec.innerState() != InnerState.KEEP) {
      return freshWorkers(spark, numReplicas);
    }
    return before
        .flatMapToPair(
            state ->
                IntStream.range(0, numReplicas)
                    .filter(replica -> replica % numBefore == state.replica())
                    .mapToObj(replica -> new Tuple2<>(replica, state.of(replica)))
                    .iterator())
        .partitionBy(new NumberPartitioner(numReplicas))
        .values();
  }

  /** The state of replicas that have not taken a step, one partition each. */
  static JavaRDD<WorkerState> freshWorkers(JavaSparkContext spark, int numReplicas) {
    return spark
        .parallelize(IntStream.range(0, numReplicas).boxed().toList(), numReplicas)
        .map(WorkerState::fresh);
  }

  /** Sends every shard to every one of {@code numReaders} partitions. */
  static JavaRDD<ParameterShard> gather(JavaRDD<ParameterShard> shards, int numReaders) {
    return shards
        .flatMapToPair(
            shard -> {
              ParameterShard sent = shard.forReplica();
              return IntStream.range(0, numReaders)
                  .mapToObj(reader -> new Tuple2<>(reader, sent))
                  .iterator();
            })
        .partitionBy(new NumberPartitioner(numReaders))
        .values();
  }
}
