package dev.kindling.spark.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.kindling.data.InvalidInputException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ranks on real executors, which talk over sockets, and a real SIGKILL to one of them. */
class GroupLossTest {
  private static final String SYNCHRONOUS =
      "parallel.dataParallel=2 dataParallelism.mode=synchronous";
  private static final String PIPELINE = "parallel.pipelineParallel=2 parallel.microBatches=2";
  private static final String SLICES = "parallel.tensorParallel=2";

  private static final String SHAPE =
      "model.numLayers=2 model.numHeads=2 model.embeddingSize=8 model.contextLength=8"
          + " model.dropout=0.1 training.batchSize=2 training.evaluateEverySteps=0 ";

  @TempDir static java.nio.file.Path directory;
  private static SparkSession spark;
  private static Path tokens;

  @BeforeAll
  static void start() throws IOException {
    tokens = TinyTokens.write(directory.resolve("tokens"));
    spark = TestSpark.cluster(2);
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  @ParameterizedTest
  @ValueSource(strings = {SYNCHRONOUS, PIPELINE, SLICES})
  void aRankKilledInTheMiddleOfARoundDoesNotChangeOneBit(String mesh) {
    String rounds =
        SHAPE + " training.steps=150 dataParallelism.localSteps=50 checkpoint.everyRounds=10 ";
    TrainingResult undisturbed = run("undisturbed-" + mesh, rounds + mesh);
    Killer killer = new Killer("ranks, steps 51 to 100", Executors.pids(spark, 2), false);
    spark.sparkContext().addSparkListener(killer);
    try {
      TrainingResult disturbed = run("disturbed-" + mesh, rounds + mesh);

      assertThat(killer.killed()).as("executors killed").hasSize(1);
      assertThat(killer.lostTasks()).as("tasks lost in the middle of the round").isNotEmpty();
      assertThat(RunFiles.tensorHashes(disturbed.checkpoint()))
          .isEqualTo(RunFiles.tensorHashes(undisturbed.checkpoint()));
      assertThat(disturbed.summary().validationLoss())
          .isEqualTo(undisturbed.summary().validationLoss());
    } finally {
      spark.sparkContext().removeSparkListener(killer);
    }
  }

  @Test
  void aCheckpointGoesOnOnAnotherMesh() throws IOException {
    String rounds =
        SHAPE
            + " dataParallelism.localSteps=10 checkpoint.everyRounds=1"
            + " training.optimizer.warmupSteps=2"
            + " training.optimizer.decaySteps=30 training.steps=";
    run("whole", rounds + "30 parallel.microBatches=2");
    run("moved", rounds + "10 " + PIPELINE);
    run("moved", rounds + "20 " + SLICES);
    run("moved", rounds + "30");

    List<Double> whole = losses("whole");
    List<Double> moved = losses("moved");
    assertThat(moved).hasSize(30);
    for (int step = 0; step < 30; step++) {
      assertThat(moved.get(step)).isCloseTo(whole.get(step), within(1e-5 * whole.get(step)));
    }
  }

  @Test
  void moreRanksThanSlotsAreRefusedWithTheArithmetic() {
    assertThatThrownBy(() -> run("large", SHAPE + SYNCHRONOUS + " parallel.pipelineParallel=2"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(
            "dataParallel 2 × pipelineParallel 2 × tensorParallel 1 = 4 ranks, but 2 slots are free");
  }

  private static TrainingResult run(String name, String settings) {
    java.nio.file.Path output = directory.resolve(Integer.toHexString(name.hashCode()));
    return TrainingRun.run(spark, Plans.of(tokens, output, settings), ProgressListener.NONE);
  }

  private static List<Double> losses(String name) throws IOException {
    List<Double> losses = new ArrayList<>();
    RunFiles.timelessMetrics(directory.resolve(Integer.toHexString(name.hashCode()))).stream()
        .filter(line -> line.get("event").asText().equals("step"))
        .forEach(line -> losses.add(line.get("loss").asDouble()));
    return losses;
  }
}
