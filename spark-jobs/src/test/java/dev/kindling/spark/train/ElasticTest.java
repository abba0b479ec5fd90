package dev.kindling.spark.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import scala.collection.JavaConverters;

/** Executors in JVMs of their own, of which one is taken away for good. */
class ElasticTest {
  @TempDir static java.nio.file.Path directory;
  private static SparkSession spark;
  private static Path tokens;

  @BeforeAll
  static void start() throws IOException {
    tokens = TinyTokens.write(directory.resolve("tokens"));
    spark = TestSpark.cluster(2);
    Executors.pids(spark, 2);
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  @Test
  void aRunGoesOnWithTheSlotsThatAreLeftAndReadsEverySampleOnce() {
    List<Integer> replicas = new ArrayList<>();
    ProgressListener listener =
        new ProgressListener() {
          @Override
          public void roundFinished(RoundReport report) {
            replicas.add(report.replicas());
            if (report.round() == 2) {
              takeAwayAnExecutor();
            }
          }
        };

    TrainingPlan plan =
        Plans.of(
            tokens,
            directory.resolve("run"),
            ByHand.SETTINGS
                + "dataParallelism.elastic=true parallel.dataParallel=8 training.steps=15"
                + " dataParallelism.localSteps=3 checkpoint.everyRounds=4");
    TrainingResult result = TrainingRun.run(spark, plan, listener);

    assertThat(replicas).containsExactly(2, 2, 1, 1, 1);
    ByHand expected = new ByHand(tokens);
    replicas.forEach(number -> expected.round(number, 3, Double.POSITIVE_INFINITY));
    assertThat(ByHand.parameters(result.checkpoint())).isEqualTo(expected.theta());
    assertThat(result.summary().tokens()).isEqualTo((2 + 2 + 1 + 1 + 1) * 3 * 2 * 8);
  }

  private static void takeAwayAnExecutor() {
    CountDownLatch removed = new CountDownLatch(1);
    SparkListener listener =
        new SparkListener() {
          @Override
          public void onExecutorRemoved(SparkListenerExecutorRemoved event) {
            removed.countDown();
          }
        };
    spark.sparkContext().addSparkListener(listener);
    try {
      JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
      String executor = Executors.pids(spark, 2).keySet().iterator().next();
      boolean accepted =
          context.sc().killExecutors(JavaConverters.asScalaBuffer(List.of(executor)).toSeq());
      assertThat(accepted).isTrue();
      assertThat(removed.await(1, TimeUnit.MINUTES)).as("the executor is gone").isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    } finally {
      spark.sparkContext().removeSparkListener(listener);
    }
  }
}
