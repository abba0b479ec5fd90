package dev.kindling.spark.train;

import dev.kindling.spark.config.DataParallelismConfig.InnerState;
import dev.kindling.spark.parallel.HadoopSettings;
import dev.kindling.spark.parallel.TrainingState;
import dev.kindling.spark.parallel.WorkerState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.rdd.PartitionPruningRDD;
import org.apache.spark.storage.StorageLevel;

/**
 * Rounds that do not wait for replicas that are late (asynchronous local SGD, Liu et al. 2024).
 * Every replica's local steps are a Spark job of their own; the round's job is the outer step over
 * those that have arrived:
 *
 * <pre>
 * shards ── replica 0: H steps ──┐
 *        ── replica 1: H steps ──┴─ outer step ── replicas 0, 1 begin again ──┐
 *        ── replica 2: H steps, late ─────────────────────────────────────────┴─ outer step
 * </pre>
 *
 * <p>A late replica goes on from the parameters that it began with. When it arrives, what it has
 * learned counts less, see {@link Arrival#weight}, and it begins again with the next round. Which
 * replica is late is a matter of time: the parameters of such a run depend on it. Everything that a
 * replica computes stays a function of its inputs, so that lost tasks are run again to the same
 * bits.
 */
final class AsynchronousRounds implements TrainingRound {
  private final JavaSparkContext spark;
  private final HadoopSettings hadoop;
  private final ReplicaSpec spec;
  private final OuterOptimizer optimizer;
  private final ReplicaJobs jobs;

  /** Replicas at work, and since which round. */
  private final Map<Integer, Underway> underway = new TreeMap<>();

  private int round;

  private record Underway(JavaRDD<ReplicaOutcome> trained, RoundPlan plan, int since) {}

  /**
   * @param lateAfter a replica is late that takes longer than so many times what the faster half of
   *     its round took
   */
  AsynchronousRounds(
      JavaSparkContext spark,
      HadoopSettings hadoop,
      ReplicaSpec spec,
      OuterOptimizer optimizer,
      double lateAfter) {
    this.spark = spark;
    this.hadoop = hadoop;
    this.spec = spec;
    this.optimizer = optimizer;
    this.jobs = new ReplicaJobs(spark, lateAfter);
  }

  @Override
  public AveragingRound.Outcome run(TrainingState before, RoundPlan plan) {
    long started = System.nanoTime();
    StorageLevel level = Storage.replicatedLevel(spark);
    List<Integer> beginning =
        plan.replicas().stream().filter(replica -> !underway.containsKey(replica)).toList();
    for (int replica : beginning) {
      begin(before, replica, plan.only(beginning), level);
    }
    List<Arrival> arrived =
        jobs.await(beginning, plan.endsTogether()).stream()
            .map(replica -> new Arrival(replica, round - underway.get(replica).since()))
            .toList();

    List<JavaRDD<ReplicaOutcome>> trained =
        arrived.stream().map(arrival -> underway.get(arrival.replica()).trained()).toList();
    JavaRDD<ShardOutcome> stepped =
        new OuterStep(optimizer, spec.codec(), arrived)
            .over(union(trained), before.shards())
            .setName("shards after " + plan.steps())
            .persist(level);
    spark.setJobDescription("average " + plan.steps());
    List<ShardOutcome> told = stepped.map(ShardOutcome::withoutParameters).collect();

    TrainingState after = after(before, stepped, trained, plan.numReplicas());
    arrived.forEach(arrival -> underway.remove(arrival.replica()));
    round++;
    return AveragingRound.Outcome.of(after, arrived, told, (System.nanoTime() - started) / 1e9);
  }

  private void begin(TrainingState before, int replica, RoundPlan plan, StorageLevel level) {
    JavaRDD<ReplicaOutcome> trained =
        AveragingRound.gather(before.shards(), 1)
            .zipPartitions(only(before.workers(), replica), new LocalSteps(spec, hadoop, plan))
            .setName("replica " + replica + ", " + plan.steps())
            .persist(level);
    underway.put(replica, new Underway(trained, plan, round));
    jobs.begin(replica, trained);
  }

  private TrainingState after(
      TrainingState before,
      JavaRDD<ShardOutcome> stepped,
      List<JavaRDD<ReplicaOutcome>> trained,
      int numReplicas) {
    List<JavaRDD<?>> held = new ArrayList<>(List.of(stepped));
    JavaRDD<WorkerState> workers;
    if (spec.innerState() == InnerState.KEEP) {
      held.addAll(trained);
      workers = union(IntStream.range(0, numReplicas).mapToObj(r -> worker(before, r)).toList());
    } else {
      trained.forEach(each -> each.unpersist(false));
      workers = AveragingRound.freshWorkers(spark, numReplicas);
    }
    return new TrainingState(before.layout(), stepped.map(ShardOutcome::shard), workers, held);
  }

  /** What a replica keeps; that of a late one is not asked for before it has arrived. */
  private JavaRDD<WorkerState> worker(TrainingState before, int replica) {
    return jobs.hasArrived(replica)
        ? underway.get(replica).trained().map(ReplicaOutcome::state)
        : only(before.workers(), replica);
  }

  private static JavaRDD<WorkerState> only(JavaRDD<WorkerState> workers, int replica) {
    return JavaRDD.fromRDD(
        PartitionPruningRDD.create(workers.rdd(), new IsPartition(replica)), workers.classTag());
  }

  /** Picks one partition. */
  private static final class IsPartition extends scala.runtime.AbstractFunction1<Object, Object>
      implements java.io.Serializable {
    private static final long serialVersionUID = 1L;

    private final int partition;

    IsPartition(int partition) {
      this.partition = partition;
    }

    @Override
    public Object apply(Object index) {
      return index.equals(partition);
    }
  }

  @SuppressWarnings("unchecked")
  private <T> JavaRDD<T> union(List<JavaRDD<T>> parts) {
    return spark.union(parts.toArray(JavaRDD[]::new));
  }

  @Override
  public long numSamplesUnderway() {
    // Those of a round that was given up are not: it is taken again.
    return underway.values().stream()
        .filter(each -> each.since() < round)
        .mapToLong(each -> (long) each.plan().numSteps() * spec.data().batchSize())
        .sum();
  }

  @Override
  public void close() {
    jobs.close();
  }
}
