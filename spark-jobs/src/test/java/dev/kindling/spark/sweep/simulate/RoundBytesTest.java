package dev.kindling.spark.sweep.simulate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kindling.spark.config.ConfigLoader;
import dev.kindling.spark.config.RunConfig;
import dev.kindling.spark.train.ProgressListener;
import dev.kindling.spark.train.RunSummary;
import dev.kindling.spark.train.TestSpark;
import dev.kindling.spark.train.TinyTokens;
import dev.kindling.spark.train.TrainingPlan;
import dev.kindling.spark.train.TrainingRun;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real runs move the bytes that are predicted, to the last one. */
class RoundBytesTest {
  private static final int NUM_ROUNDS = 3;
  private static final String SHAPE =
      "training.backend=onednn model.numLayers=2 model.numHeads=2 model.embeddingSize=16"
          + " model.contextLength=8 training.batchSize=2 training.steps=6"
          + " dataParallelism.localSteps=2 training.evaluateEverySteps=0 ";

  @TempDir static java.nio.file.Path directory;
  @TempDir java.nio.file.Path output;
  private static SparkSession spark;
  private static Path tokens;

  @BeforeAll
  static void start() throws IOException {
    spark = TestSpark.local(4);
    tokens = TinyTokens.write(directory.resolve("tokens"));
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  private static RunConfig config(String settings) {
    return ConfigLoader.load(Optional.empty(), List.of((SHAPE + settings).strip().split(" +")));
  }

  private static RoundBytes predicted(RunConfig config) {
    Workload workload = Calibration.workload(config, TinyTokens.VOCAB_SIZE, 1);
    Candidate candidate =
        new Candidate(config.parallel(), config.dataParallelism(), config.training().batchSize());
    Replica replica = Replica.of(workload, Workloads.NO_COST, candidate.ofOneReplica());
    return RoundBytes.of(workload, candidate, replica);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "parallel.dataParallel=2",
        "parallel.dataParallel=3 dataParallelism.pseudoGradients=bf16",
        "parallel.dataParallel=3 dataParallelism.pseudoGradients=int8",
        "parallel.dataParallel=2 dataParallelism.innerState=reset",
        "parallel.dataParallel=2 dataParallelism.innerState=average"
            + " dataParallelism.pseudoGradients=int8",
        "parallel.dataParallel=2 training.optimizer.kind=sgd dataParallelism.innerState=average",
        "parallel.dataParallel=3 dataParallelism.mode=synchronous",
        "parallel.dataParallel=2 dataParallelism.mode=synchronous dataParallelism.innerState=reset",
        "parallel.pipelineParallel=2 parallel.microBatches=2",
        "parallel.pipelineParallel=2 parallel.microBatches=2 model.tiedEmbeddings=false",
        "parallel.tensorParallel=2",
        "parallel.dataParallel=2 parallel.tensorParallel=2 dataParallelism.innerState=average",
        "parallel.dataParallel=2 parallel.pipelineParallel=2 dataParallelism.mode=synchronous"
      })
  void aRunMovesAsMuchAsIsPredicted(String settings) {
    RunConfig config = config(settings);

    RunSummary summary =
        TrainingRun.run(
                spark,
                TrainingPlan.of(config, tokens, new Path(output.resolve("run").toUri())),
                new ProgressListener() {})
            .summary();

    RoundBytes bytes = predicted(config);
    assertThat(summary.rounds()).isEqualTo(NUM_ROUNDS);
    assertThat(summary.bytesMoved())
        .isEqualTo(bytes.firstPayload() + (NUM_ROUNDS - 1) * bytes.payload());
  }

  /**
   * DiLoCo's state is parameters and velocity; a replica keeps two moments and what it hands out.
   */
  @Test
  void whatIsHeldBetweenRoundsIsCopiedToo() {
    RunConfig config =
        config(
            "parallel.dataParallel=4 dataParallelism.outer.momentum=0.9"
                + " dataParallelism.pseudoGradients=bf16");
    long parameters =
        Calibration.workload(config, TinyTokens.VOCAB_SIZE, 1).numParameters() * Float.BYTES;

    RoundBytes bytes = predicted(config);

    assertThat(bytes.kept()).isEqualTo(2 * parameters + parameters / 2);
    assertThat(bytes.state()).isEqualTo(2 * parameters);
    long copied = bytes.kept() + bytes.state() / 4;
    assertThat(bytes.handled(4)).isEqualTo(2 * (parameters + parameters / 2 + copied));
    assertThat(bytes.remote(4)).isEqualTo(0.75 * (parameters + parameters / 2) + copied);
    assertThat(bytes.handled(1)).isEqualTo(2 * (parameters + parameters / 2));
    assertThat(bytes.remote(1)).isZero();
  }
}
