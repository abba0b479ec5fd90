package dev.kindling.spark.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kindling.spark.config.DataParallelismConfig.InnerState;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import scala.Tuple2;

/** Real executors in JVMs of their own, and a real SIGKILL. */
class ExecutorLossTest {
  private static final TinyPlan THREE_REPLICAS =
      TinyPlan.of(new Path("/"), java.nio.file.Path.of("/")).withReplicas(3, 2);

  @TempDir static java.nio.file.Path directory;
  @TempDir java.nio.file.Path out;
  private static SparkSession spark;
  private static Map<String, String> onThreads;
  private static Path tokens;

  @BeforeAll
  static void start() throws IOException {
    tokens = TinyTokens.write(directory.resolve("tokens"));
    try (SparkSession threads = TestSpark.local(3)) {
      TrainingPlan plan =
          THREE_REPLICAS.withTokens(tokens).withOutput(directory.resolve("threads")).plan();
      onThreads =
          RunFiles.tensorHashes(TrainingRun.run(threads, plan, ProgressListener.NONE).checkpoint());
    }
    spark = TestSpark.cluster(2);
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  @ParameterizedTest
  @EnumSource(InnerState.class)
  void anExecutorKilledInTheMiddleOfARoundDoesNotChangeOneBit(InnerState innerState) {
    TinyPlan plan =
        TinyPlan.of(tokens, out.resolve("undisturbed"))
            .withInnerState(innerState)
            .withSteps(160)
            .withReplicas(2, 40)
            .withEveryRounds(100);
    TrainingResult undisturbed = run(plan);
    // Steps 81 to 120 are the third of four rounds; the two before it have left shuffle files and
    // blocks on both executors, and there is no checkpoint to fall back to.
    Killer killer = new Killer("replicas, steps 81 to 120", executorPids());
    spark.sparkContext().addSparkListener(killer);
    try {
      TrainingResult disturbed = run(plan.withOutput(out.resolve("disturbed")));

      assertThat(killer.killed()).as("executors killed").hasSize(1);
      assertThat(killer.lostTasks()).as("tasks lost in the middle of the round").isNotEmpty();
      assertThat(RunFiles.tensorHashes(disturbed.checkpoint()))
          .isEqualTo(RunFiles.tensorHashes(undisturbed.checkpoint()));
      assertThat(disturbed.summary().tokens()).isEqualTo(undisturbed.summary().tokens());
      assertThat(disturbed.summary().validationLoss())
          .isEqualTo(undisturbed.summary().validationLoss());
    } finally {
      spark.sparkContext().removeSparkListener(killer);
    }
  }

  @Test
  void threeReplicasOnTwoExecutorsGiveTheSameBitsAsOnThreeThreads() {
    TrainingResult onCluster =
        run(THREE_REPLICAS.withTokens(tokens).withOutput(out.resolve("cluster")));

    assertThat(RunFiles.tensorHashes(onCluster.checkpoint())).isEqualTo(onThreads);
  }

  private static TrainingResult run(TinyPlan plan) {
    return TrainingRun.run(spark, plan.plan(), ProgressListener.NONE);
  }

  /** The process of every executor, as it says itself. */
  private static Map<String, Long> executorPids() {
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    Map<String, Long> pids = new ConcurrentHashMap<>();
    while (pids.size() < 2) {
      context
          .parallelize(IntStream.range(0, 8).boxed().toList(), 8)
          .map(task -> new Tuple2<>(SparkEnv.get().executorId(), ProcessHandle.current().pid()))
          .collect()
          .forEach(pid -> pids.put(pid._1(), pid._2()));
    }
    return pids;
  }
}
