package dev.kindling.spark.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kindling.spark.config.DataParallelismConfig.InnerState;
import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Real executors in JVMs of their own, and a real SIGKILL. What an undisturbed run gives is
 * computed on threads of this JVM first.
 */
class ExecutorLossTest {
  private static final int LOCAL_STEPS = 100;
  private static final int THREE_REPLICAS = 3;

  @TempDir static java.nio.file.Path directory;
  @TempDir java.nio.file.Path out;
  private static SparkSession spark;
  private static Path tokens;
  private static final Map<InnerState, TrainingResult> undisturbed =
      new EnumMap<>(InnerState.class);
  private static TrainingResult threeReplicas;
  private static TrainingResult rounded;
  private static TrainingResult asynchronous;

  @BeforeAll
  static void start() throws IOException {
    tokens = TinyTokens.write(directory.resolve("tokens"));
    try (SparkSession threads = TestSpark.local(3)) {
      for (InnerState innerState : InnerState.values()) {
        undisturbed.put(innerState, run(threads, longRounds(innerState, directory)));
      }
      threeReplicas =
          run(
              threads,
              TinyPlan.of(tokens, directory.resolve("three")).withReplicas(THREE_REPLICAS, 2));
      rounded = TrainingRun.run(threads, roundedPlan(directory), ProgressListener.NONE);
      asynchronous = TrainingRun.run(threads, asynchronousPlan(directory), ProgressListener.NONE);
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
    // The second of three rounds: the first has left shuffle files and blocks on both executors,
    // and there is no checkpoint to fall back to.
    Killer killer = new Killer("replicas, steps 101 to 200", Executors.pids(spark, 2), false);
    spark.sparkContext().addSparkListener(killer);
    try {
      TrainingResult disturbed = run(spark, longRounds(innerState, out));

      assertThat(killer.killed()).as("executors killed").hasSize(1);
      assertThat(killer.lostTasks()).as("tasks lost in the middle of the round").isNotEmpty();
      assertEqualToTheLastBit(disturbed, undisturbed.get(innerState));
    } finally {
      spark.sparkContext().removeSparkListener(killer);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"101 to 200", "201 to 300"})
  void allExecutorsKilledWhileTheCheckpointBeforeIsWrittenComeBackToTheFilesOfTheOneBeforeThat(
      String steps) {
    // No copy of a block survives, neither for the round nor for the checkpoint: in the third
    // round,
    // both can only be had from the files that took the place of the first round's past.
    Killer killer = new Killer("replicas, steps " + steps, Executors.pids(spark, 2), true);
    spark.sparkContext().addSparkListener(killer);
    try {
      TrainingResult disturbed = run(spark, longRounds(InnerState.KEEP, out).withEveryRounds(1));

      assertThat(killer.killed()).as("executors killed").hasSize(2);
      assertThat(killer.lostTasks()).as("tasks lost in the middle of the round").isNotEmpty();
      assertEqualToTheLastBit(disturbed, undisturbed.get(InnerState.KEEP));
    } finally {
      spark.sparkContext().removeSparkListener(killer);
    }
  }

  @Test
  void threeReplicasOnTwoExecutorsGiveTheSameBitsAsOnThreeThreads() {
    TrainingResult result =
        run(spark, TinyPlan.of(tokens, out.resolve("three")).withReplicas(THREE_REPLICAS, 2));

    assertEqualToTheLastBit(result, threeReplicas);
  }

  @Test
  void anExecutorKilledDoesNotChangeHowPseudoGradientsAreRounded() {
    Killer killer = new Killer("replicas, steps 101 to 200", Executors.pids(spark, 2), false);
    spark.sparkContext().addSparkListener(killer);
    try {
      TrainingResult disturbed = TrainingRun.run(spark, roundedPlan(out), ProgressListener.NONE);

      assertThat(killer.lostTasks()).as("tasks lost in the middle of the round").isNotEmpty();
      assertEqualToTheLastBit(disturbed, rounded);
    } finally {
      spark.sparkContext().removeSparkListener(killer);
    }
  }

  @Test
  void aReplicaWhoseExecutorIsKilledIsOnlyLater() {
    Killer killer = new Killer("replica 1, steps 101 to 200", Executors.pids(spark, 2), false);
    spark.sparkContext().addSparkListener(killer);
    try {
      TrainingResult disturbed =
          TrainingRun.run(spark, asynchronousPlan(out), ProgressListener.NONE);

      assertThat(killer.lostTasks()).as("tasks lost in the middle of the round").isNotEmpty();
      assertEqualToTheLastBit(disturbed, asynchronous);
    } finally {
      spark.sparkContext().removeSparkListener(killer);
    }
  }

  private static TrainingPlan roundedPlan(java.nio.file.Path parent) {
    return longRounds("dataParallelism.pseudoGradients=int8", parent.resolve("rounded"));
  }

  /** Nobody counts as late, so that the result does not depend on time. */
  private static TrainingPlan asynchronousPlan(java.nio.file.Path parent) {
    return longRounds(
        "dataParallelism.asynchronous=true dataParallelism.lateAfter=1e6",
        parent.resolve("asynchronous"));
  }

  private static TrainingPlan longRounds(String settings, java.nio.file.Path output) {
    return Plans.of(
        tokens,
        output,
        ByHand.SETTINGS
            + settings
            + " parallel.dataParallel=2 training.steps=300"
            + " dataParallelism.localSteps=100 checkpoint.everyRounds=100");
  }

  private static void assertEqualToTheLastBit(TrainingResult result, TrainingResult expected) {
    assertThat(RunFiles.tensorHashes(result.checkpoint()))
        .isEqualTo(RunFiles.tensorHashes(expected.checkpoint()));
    assertThat(result.summary().trainingLoss()).isEqualTo(expected.summary().trainingLoss());
    assertThat(result.summary().validationLoss()).isEqualTo(expected.summary().validationLoss());
    assertThat(result.summary().tokens()).isEqualTo(expected.summary().tokens());
    assertThat(result.summary().bytesMoved()).isEqualTo(expected.summary().bytesMoved());
  }

  private static TinyPlan longRounds(InnerState innerState, java.nio.file.Path parent) {
    return TinyPlan.of(tokens, parent.resolve("run-" + innerState))
        .withInnerState(innerState)
        .withSteps(3L * LOCAL_STEPS)
        .withReplicas(2, LOCAL_STEPS)
        .withEveryRounds(100);
  }

  private static TrainingResult run(SparkSession session, TinyPlan plan) {
    return TrainingRun.run(session, plan.plan(), ProgressListener.NONE);
  }
}
