package dev.kindling.spark.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Arrays;
import java.util.Timer;
import java.util.TimerTask;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkExecutorInfo;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rounds that are too long to wait for. */
class GivenUpRoundTest {
  /** More steps than anybody waits for. */
  private static final String ENDLESS =
      "training.batchSize=2 training.steps=10000000 training.optimizer.decaySteps=0"
          + " training.evaluateEverySteps=0 dataParallelism.localSteps=10000000"
          + " model.contextLength=8 model.numLayers=2 model.numHeads=2 model.embeddingSize=8 ";

  @TempDir static java.nio.file.Path directory;
  @TempDir java.nio.file.Path out;
  private static SparkSession spark;
  private static Path tokens;

  @BeforeAll
  static void start() throws IOException {
    spark = TestSpark.local(2);
    tokens = TinyTokens.write(directory.resolve("tokens"));
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  /** Their slots are needed, for the checkpoint to begin with. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "parallel.dataParallel=2",
        "parallel.dataParallel=2 dataParallelism.mode=synchronous",
        "parallel.pipelineParallel=2 parallel.microBatches=2",
        "parallel.tensorParallel=2"
      })
  void ranksOfARoundThatIsGivenUpEndSoon(String mesh) throws InterruptedException {
    TrainingPlan plan = Plans.of(tokens, out.resolve("run"), ENDLESS + mesh);
    StopRequest stop = new StopRequest();
    Timer timer = new Timer(true);
    timer.schedule(
        new TimerTask() {
          @Override
          public void run() {
            if (numRunningTasks() == 2) {
              stop.hurry();
              cancel();
            }
          }
        },
        2_000,
        100);

    assertThatThrownBy(() -> TrainingRun.run(spark, plan, ProgressListener.NONE, stop))
        .isInstanceOf(TrainingStoppedException.class)
        .hasMessageContaining("stopped after step 0");

    timer.cancel();
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (numRunningTasks() > 0 && System.nanoTime() < deadline) {
      Thread.sleep(50);
    }
    assertThat(numRunningTasks()).isZero();
  }

  private static int numRunningTasks() {
    return Arrays.stream(spark.sparkContext().statusTracker().getExecutorInfos())
        .mapToInt(SparkExecutorInfo::numRunningTasks)
        .sum();
  }
}
