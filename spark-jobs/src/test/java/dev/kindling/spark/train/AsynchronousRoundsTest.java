package dev.kindling.spark.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.kindling.data.InvalidInputException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Replicas that are late because their storage is, for as long as the test wants it to. */
class AsynchronousRoundsTest {
  private static final int STEPS = 2;
  private static final double NO_LIMIT = Double.POSITIVE_INFINITY;
  private static final String SETTINGS =
      ByHand.SETTINGS
          + "dataParallelism.asynchronous=true parallel.dataParallel=2 dataParallelism.localSteps="
          + STEPS
          + " ";

  @TempDir static java.nio.file.Path directory;
  @TempDir java.nio.file.Path out;
  private static SparkSession spark;
  private static java.nio.file.Path local;
  private static Path tokens;

  private final List<String> warnings = new ArrayList<>();

  @BeforeAll
  static void start() throws IOException {
    spark = TestSpark.local(2);
    spark
        .sparkContext()
        .hadoopConfiguration()
        .set("fs." + GatedFileSystem.SCHEME + ".impl", GatedFileSystem.class.getName());
    local = directory.resolve("tokens");
    TinyTokens.write(local);
    tokens = new Path(GatedFileSystem.SCHEME + "://" + local);
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  @AfterEach
  void open() {
    GatedFileSystem.reset();
  }

  @Test
  void whoIsLateGoesOnAndJoinsALaterRoundForLess() throws IOException {
    GatedFileSystem.holdJob("train replica 1, steps 1 to 2");
    TrainingResult result =
        run("late", "training.steps=8 dataParallelism.lateAfter=1 checkpoint.everyRounds=3", 2);

    ByHand expected = new ByHand(new Path(local.toUri()));
    expected.begin(List.of(0, 1), STEPS, NO_LIMIT);
    expected.arrive(Map.of(0, 0));
    expected.begin(List.of(0), STEPS, NO_LIMIT);
    expected.arrive(Map.of(0, 0));
    expected.begin(List.of(0), STEPS, NO_LIMIT);
    // The round before a checkpoint waits for everyone.
    expected.arrive(Map.of(0, 0, 1, 2));
    expected.begin(List.of(0, 1), STEPS, NO_LIMIT);
    expected.arrive(Map.of(0, 0, 1, 0));
    assertThat(ByHand.parameters(result.checkpoint())).isEqualTo(expected.theta());

    assertThat(result.summary().tokens()).isEqualTo((2 + 1 + 1 + 2) * STEPS * 2 * 8);
    assertThat(RunFiles.timelessMetrics(out.resolve("late")))
        .filteredOn(line -> line.get("event").asText().equals("late"))
        .extracting(
            line -> line.get("step").asInt(),
            line -> line.get("replica").asInt(),
            line -> line.get("staleness").asInt())
        .containsExactly(tuple(6, 1, 2));
    assertThat(RunFiles.timelessMetrics(out.resolve("late")))
        .filteredOn(line -> line.get("event").asText().equals("round"))
        .extracting(line -> line.get("replicas").asInt(), line -> line.get("tokens").asInt())
        .containsExactly(tuple(1, 32), tuple(1, 64), tuple(2, 128), tuple(2, 192));
  }

  @Test
  void whereNobodyIsLateItIsAveraging() throws IOException {
    TrainingResult result =
        run(
            "on-time",
            "training.steps=6 dataParallelism.lateAfter=1e6 checkpoint.everyRounds=9",
            0);

    ByHand expected = new ByHand(new Path(local.toUri()));
    for (int round = 0; round < 3; round++) {
      expected.begin(List.of(0, 1), STEPS, NO_LIMIT);
      expected.arrive(Map.of(0, 0, 1, 0));
    }
    assertThat(ByHand.parameters(result.checkpoint())).isEqualTo(expected.theta());
    assertThat(RunFiles.timelessMetrics(out.resolve("on-time")))
        .noneMatch(line -> line.get("event").asText().equals("late"));
  }

  @Test
  void aRunThatIsStoppedLeavesWhoIsLateBehindAndReadsNoSampleTwice() {
    GatedFileSystem.holdJob("train replica 1, steps 1 to 2");
    String settings = "training.steps=4 dataParallelism.lateAfter=1 ";
    StopRequest stop = new StopRequest();
    ProgressListener stops =
        new ProgressListener() {
          @Override
          public void roundFinished(RoundReport report) {
            stop.stop();
          }

          @Override
          public void warning(String message) {
            warnings.add(message);
          }
        };
    TrainingPlan plan = Plans.of(tokens, out.resolve("stopped"), SETTINGS + settings);
    assertThatThrownBy(() -> TrainingRun.run(spark, plan, stops, stop))
        .isInstanceOf(TrainingStoppedException.class);
    assertThat(warnings).singleElement().asString().contains("left behind, with 4 samples");
    GatedFileSystem.reset();

    TrainingResult resumed = run("stopped", settings, 0);

    ByHand expected = new ByHand(new Path(local.toUri()));
    expected.begin(List.of(0, 1), STEPS, NO_LIMIT);
    expected.arrive(Map.of(0, 0));
    expected.forgetMoments(1);
    expected.begin(List.of(0, 1), STEPS, NO_LIMIT);
    expected.arrive(Map.of(0, 0, 1, 0));
    assertThat(ByHand.parameters(resumed.checkpoint())).isEqualTo(expected.theta());
  }

  @ParameterizedTest
  @CsvSource({
    "dataParallelism.mode=synchronous, dataParallelism.asynchronous true",
    "parallel.tensorParallel=2 dataParallelism.innerState=reset, dataParallelism.asynchronous true",
    "dataParallelism.elastic=true, dataParallelism.elastic and dataParallelism.asynchronous"
  })
  void whatCannotBeAsynchronousIsRefused(String settings, String found) {
    assertThatThrownBy(() -> run("refused", settings, 0))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(found)
        .hasMessageContaining("dataParallelism.asynchronous=false");
    assertThat(out.resolve("refused")).doesNotExist();
  }

  /**
   * @param releasingRound after which the gate opens
   */
  private TrainingResult run(String name, String settings, long releasingRound) {
    ProgressListener listener =
        new ProgressListener() {
          @Override
          public void roundFinished(RoundReport report) {
            if (report.round() == releasingRound) {
              GatedFileSystem.release();
            }
          }
        };
    TrainingPlan plan = Plans.of(tokens, out.resolve(name), SETTINGS + settings);
    return TrainingRun.run(spark, plan, listener);
  }
}
