package dev.kindling.spark.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindling.data.manifest.Manifest;
import dev.kindling.spark.config.CheckpointConfig;
import dev.kindling.spark.config.DataParallelismConfig.InnerState;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Storage that takes as long as the test wants it to. */
class BackgroundCheckpointTest {
  private static final int ROUNDS_PER_CHECKPOINT = 4;
  private static final long STEPS = 24;

  @TempDir static java.nio.file.Path directory;
  @TempDir java.nio.file.Path out;
  private static SparkSession spark;
  private static Path tokens;

  @BeforeAll
  static void start() throws IOException {
    tokens = TinyTokens.write(directory.resolve("tokens"));
    spark = TestSpark.local(2);
    spark
        .sparkContext()
        .hadoopConfiguration()
        .set("fs." + GatedFileSystem.SCHEME + ".impl", GatedFileSystem.class.getName());
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  @BeforeEach
  void open() {
    GatedFileSystem.reset();
  }

  @Test
  void roundsGoOnWhileACheckpointIsHeldUpInStorage() {
    GatedFileSystem.hold(Manifest.NAME);
    List<String> events = new ArrayList<>();

    TrainingRun.run(spark, plan("held", InnerState.KEEP, true), listener(events));

    // The gate opens after round 7: had training waited for storage, it would never have come
    // there.
    assertThat(events).startsWith("1", "2", "3", "4", "5", "6", "7");
    assertThat(events).containsSubsequence("7", "checkpoint 8", "checkpoint 16", "checkpoint 24");
    assertThat(events).doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @EnumSource(InnerState.class)
  void whatIsWrittenInTheBackgroundIsWhatTrainingThatWaitsWrites(InnerState innerState) {
    TrainingResult waited =
        TrainingRun.run(spark, plan("waited", innerState, false), ProgressListener.NONE);
    GatedFileSystem.hold(Manifest.NAME);
    TrainingResult wentOn =
        TrainingRun.run(spark, plan("went-on", innerState, true), listener(new ArrayList<>()));

    assertThat(hashes(wentOn)).isEqualTo(hashes(waited)).isNotEmpty();
    assertThat(wentOn.summary().validationLoss()).isEqualTo(waited.summary().validationLoss());
  }

  @Test
  void aCheckpointThatCannotBeWrittenFailsTheRunAndTheOneBeforeStays() {
    TrainingPlan plan = plan("full", InnerState.KEEP, true);
    ProgressListener fillsDisk =
        new ProgressListener() {
          @Override
          public void checkpointWritten(long step, Path checkpoint) {
            GatedFileSystem.fillUp();
          }
        };

    assertThatThrownBy(() -> TrainingRun.run(spark, plan, fillsDisk))
        .hasStackTraceContaining("No space left on device");

    GatedFileSystem.reset();
    TrainingResult resumed = TrainingRun.run(spark, plan, ProgressListener.NONE);
    TrainingResult undisturbed =
        TrainingRun.run(spark, plan("whole", InnerState.KEEP, true), ProgressListener.NONE);
    assertThat(hashes(resumed)).isEqualTo(hashes(undisturbed));
  }

  private static java.util.Map<String, String> hashes(TrainingResult result) {
    String local = result.checkpoint().toUri().getPath();
    return RunFiles.tensorHashes(new Path("file://" + local));
  }

  private static ProgressListener listener(List<String> events) {
    return new ProgressListener() {
      @Override
      public void roundFinished(RoundReport report) {
        events.add(String.valueOf(report.round()));
        if (report.round() == 2 * ROUNDS_PER_CHECKPOINT - 1) {
          GatedFileSystem.release();
        }
      }

      @Override
      public void checkpointWritten(long step, Path checkpoint) {
        events.add("checkpoint " + step);
      }
    };
  }

  private TrainingPlan plan(String name, InnerState innerState, boolean background) {
    TrainingPlan tiny =
        TinyPlan.of(tokens, out.resolve(name)).withSteps(STEPS).withInnerState(innerState).plan();
    return new TrainingPlan(
        tiny.tokens(),
        new Path(GatedFileSystem.SCHEME + "://" + out.resolve(name)),
        tiny.seed(),
        tiny.model(),
        tiny.objective(),
        tiny.training(),
        tiny.parallel(),
        tiny.dataParallelism(),
        new CheckpointConfig(ROUNDS_PER_CHECKPOINT, 2, background, 30),
        tiny.numShards());
  }
}
