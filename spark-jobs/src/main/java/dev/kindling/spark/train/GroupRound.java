package dev.kindling.spark.train;

import dev.kindling.spark.parallel.HadoopSettings;
import dev.kindling.spark.parallel.NumberPartitioner;
import dev.kindling.spark.parallel.ParameterShard;
import dev.kindling.spark.parallel.TrainingState;
import java.io.Serializable;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import scala.Function1;
import scala.Tuple2;
import scala.collection.JavaConverters;
import scala.reflect.ClassTag$;

/**
 * A round of ranks that talk to each other: synchronous replicas, pipelines, tensor groups, and any
 * product of them. The ranks are the tasks of one barrier stage, between the same shuffles as those
 * of {@link AveragingRound}:
 *
 * <pre>
 * shards ── all-gather ──▶ barrier stage: steps together ── reduce-scatter ──▶ shards: outer step
 *             shuffle             one task per rank               shuffle          S tasks
 * </pre>
 *
 * <p>A stage of which a task fails is run again as a whole by Spark, from the shards, to the same
 * bits on the same processors.
 */
final class GroupRound implements TrainingRound {
  private final JavaSparkContext spark;
  private final GroupSpec spec;
  private final HadoopSettings hadoop;
  private final OuterOptimizer optimizer;

  GroupRound(
      JavaSparkContext spark, HadoopSettings hadoop, GroupSpec spec, OuterOptimizer optimizer) {
    this.spark = spark;
    this.hadoop = hadoop;
    this.spec = spec;
    this.optimizer = optimizer;
  }

  @Override
  public AveragingRound.Outcome run(TrainingState before, RoundPlan round) {
    long started = System.nanoTime();
    int numRanks = spec.mesh().numRanks();
    JavaRDD<ParameterShard> gathered =
        before
            .shards()
            .mapPartitionsToPair(new GatherParts(spec.layout(), spec.shards()))
            .partitionBy(new NumberPartitioner(numRanks))
            .values();
    JavaPairRDD<Integer, PartContribution> trained =
        inBarrier(gathered, new GroupSteps(spec, hadoop, round), "ranks, " + round.steps());
    JavaRDD<ShardOutcome> stepped =
        trained
            .partitionBy(new NumberPartitioner(spec.shards().numShards()))
            .values()
            .zipPartitions(before.shards(), new GroupOuterStep(spec, optimizer))
            .setName("shards after " + round.steps())
            .persist(Storage.replicatedLevel(spark));

    spark.setJobDescription("train " + round.steps());
    List<ShardOutcome> told = stepped.map(ShardOutcome::withoutParameters).collect();

    TrainingState after =
        new TrainingState(
            before.layout(),
            stepped.map(ShardOutcome::shard),
            AveragingRound.freshWorkers(spark, spec.mesh().dataParallel()),
            List.of(stepped));
    double seconds = (System.nanoTime() - started) / 1e9;
    return AveragingRound.Outcome.of(after, Arrival.onTime(round.replicas()), told, seconds);
  }

  private JavaPairRDD<Integer, PartContribution> inBarrier(
      JavaRDD<ParameterShard> gathered, GroupSteps steps, String name) {
    Function1<
            scala.collection.Iterator<ParameterShard>,
            scala.collection.Iterator<Tuple2<Integer, PartContribution>>>
        task = new BarrierTask(steps);
    JavaRDD<Tuple2<Integer, PartContribution>> trained =
        JavaRDD.fromRDD(
            gathered
                .rdd()
                .barrier()
                .mapPartitions(task, false, ClassTag$.MODULE$.apply(Tuple2.class)),
            ClassTag$.MODULE$.apply(Tuple2.class));
    return JavaPairRDD.fromJavaRDD(trained.setName(name));
  }

  /** {@link GroupSteps#run} as Spark's Scala interface of barrier stages takes it. */
  private static final class BarrierTask
      extends scala.runtime.AbstractFunction1<
          scala.collection.Iterator<ParameterShard>,
          scala.collection.Iterator<Tuple2<Integer, PartContribution>>>
      implements Serializable {
    private static final long serialVersionUID = 1L;

    private final GroupSteps steps;

    BarrierTask(GroupSteps steps) {
      this.steps = steps;
    }

    @Override
    public scala.collection.Iterator<Tuple2<Integer, PartContribution>> apply(
        scala.collection.Iterator<ParameterShard> gathered) {
      Iterator<ParameterShard> given = JavaConverters.asJavaIterator(gathered);
      return JavaConverters.asScalaIterator(steps.run(given));
    }
  }
}
