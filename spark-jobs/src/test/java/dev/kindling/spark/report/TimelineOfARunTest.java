package dev.kindling.spark.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kindling.spark.config.ConfigLoader;
import dev.kindling.spark.report.Timeline.Span;
import dev.kindling.spark.train.ProgressListener;
import dev.kindling.spark.train.TestSpark;
import dev.kindling.spark.train.TinyTokens;
import dev.kindling.spark.train.TrainingPlan;
import dev.kindling.spark.train.TrainingRun;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a run tells of its time, and what becomes of that in its report. */
class TimelineOfARunTest {
  /** Times are written in microseconds; starts, in milliseconds of the clock. */
  private static final double TOLERANCE = 1e-4;

  private static final double MILLISECOND = 1.1e-3;

  private static final String SHAPE =
      "training.backend=onednn model.numLayers=2 model.numHeads=2 model.embeddingSize=16"
          + " model.contextLength=8 training.steps=6 dataParallelism.localSteps=2"
          + " training.evaluateEverySteps=0 training.batchSize=4 ";

  @TempDir static Path directory;
  private static SparkSession spark;
  private static org.apache.hadoop.fs.Path tokens;

  @BeforeAll
  static void open() throws IOException {
    spark = TestSpark.local(2);
    tokens = TinyTokens.write(directory.resolve("tokens"));
  }

  @AfterAll
  static void close() {
    spark.stop();
  }

  @Test
  void replicasThatAverageGatherComputeHandOutAndAverage() {
    RunFiles run = train("averaging", "parallel.dataParallel=2");

    for (JsonNode round : lines(run, "timeline")) {
      assertThat(round.path("ranks")).hasSize(2);
      for (JsonNode rank : round.path("ranks")) {
        assertThat(activities(rank)).contains("set_up", "gather", "compute", "hand_out");
        assertThat(activities(rank)).doesNotContain("forward", "wait_for_stages", "all_reduce");
      }
      assertThat(round.path("averages")).isNotEmpty();
    }
    assertAllOfEveryRoundIsDrawn(run, List.of("rank 0", "rank 1"));
    assertThat(RunReport.render(run))
        .contains("Where the time went", "Rounds 1 to 3", "Round 3", "Seconds of round 3")
        .doesNotContain("bubble");
  }

  @Test
  void synchronousReplicasWaitInAllReduce() {
    RunFiles run = train("synchronous", "parallel.dataParallel=2 dataParallelism.mode=synchronous");

    for (JsonNode round : lines(run, "timeline")) {
      for (JsonNode rank : round.path("ranks")) {
        assertThat(activities(rank)).contains("forward", "backward", "all_reduce");
      }
    }
    assertAllOfEveryRoundIsDrawn(run, List.of("rank 0", "rank 1"));
  }

  @Test
  void slicesWaitInAllReduceTooButNotForStages() {
    RunFiles run = train("slices", "parallel.tensorParallel=2");

    for (JsonNode round : lines(run, "timeline")) {
      for (JsonNode rank : round.path("ranks")) {
        assertThat(activities(rank)).contains("all_reduce").doesNotContain("wait_for_stages");
      }
    }
    assertAllOfEveryRoundIsDrawn(run, List.of("rank 0", "rank 1"));
  }

  @Test
  void ranksOfAPipelineShowTheirBubbleAndARealStepBesideTheSimulatedOne() {
    RunFiles run = train("pipeline", "parallel.pipelineParallel=2 parallel.microBatches=4");

    for (JsonNode round : lines(run, "timeline")) {
      for (JsonNode rank : round.path("ranks")) {
        assertThat(activities(rank)).contains("forward", "backward", "wait_for_stages");
      }
    }
    assertAllOfEveryRoundIsDrawn(run, List.of("rank 0", "rank 1"));
    List<JsonNode> steps = lines(run, "pipeline_step");
    assertThat(steps).hasSize(1);
    JsonNode step = steps.get(0);
    assertThat(step.path("step").asLong()).isEqualTo(6);
    for (String which : List.of("measured", "expected")) {
      JsonNode schedule = step.path(which);
      assertThat(schedule.path("bubble").asDouble()).isBetween(0.0, 1.0);
      Timeline timeline = new PipelineTimelines(step).timeline(which, schedule);
      assertThat(timeline.rows()).containsExactly("rank 0", "rank 1");
      assertThat(timeline.kinds()).containsExactly("forward", "backward", "wait");
      for (int rank = 0; rank < 2; rank++) {
        for (String kind : List.of("forward", "backward")) {
          assertThat(labels(timeline, rank, kind)).containsExactly("0", "1", "2", "3");
        }
        assertNothingOverlaps(timeline, rank, 0);
        assertThat(sum(timeline, rank))
            .isCloseTo(schedule.path("seconds").asDouble(), within(TOLERANCE));
      }
    }
    assertThat(RunReport.render(run))
        .contains("In step 6 the ranks of a pipeline waited", "Step 6, measured", "simulated");
  }

  @Test
  void theChunksOfAnInterleavedPipelineAreToldApart() {
    RunFiles run =
        train(
            "pipelines",
            "parallel.pipelineParallel=2 parallel.microBatches=2"
                + " parallel.schedule=interleaved parallel.virtualStages=2");

    JsonNode step = lines(run, "pipeline_step").get(0);
    assertThat(new PipelineTimelines(step).timeline("step", step.path("measured")).kinds())
        .containsExactly(
            "forward, chunk a",
            "backward, chunk a",
            "forward, chunk b",
            "backward, chunk b",
            "wait");
  }

  private static RunFiles train(String name, String settings) {
    RunFiles run =
        new RunFiles(
            new Configuration(), new org.apache.hadoop.fs.Path(directory.resolve(name).toUri()));
    TrainingRun.run(
        spark,
        TrainingPlan.of(
            ConfigLoader.load(Optional.empty(), List.of((SHAPE + settings).split(" +"))),
            tokens,
            run.run()),
        ProgressListener.NONE);
    return run;
  }

  private static List<JsonNode> lines(RunFiles run, String event) {
    return run.readMetrics().stream()
        .filter(line -> line.path("event").asText().equals(event))
        .toList();
  }

  private static List<String> activities(JsonNode task) {
    List<String> names = new ArrayList<>();
    task.path("seconds").fieldNames().forEachRemaining(names::add);
    return names;
  }

  /** All kinds are there, nothing overlaps, and what a row shows adds up to the rounds' time. */
  private static void assertAllOfEveryRoundIsDrawn(RunFiles run, List<String> rows) {
    List<JsonNode> rounds = lines(run, "timeline");
    assertThat(rounds).extracting(line -> line.path("round").asLong()).containsExactly(1L, 2L, 3L);
    for (JsonNode round : rounds) {
      for (String tasks : List.of("ranks", "averages")) {
        for (JsonNode task : round.path(tasks)) {
          double end = task.path("start").asDouble();
          for (JsonNode seconds : task.path("seconds")) {
            end += seconds.asDouble();
          }
          assertThat(task.path("start").asDouble()).isNotNegative();
          assertThat(end).isLessThanOrEqualTo(round.path("seconds").asDouble() + TOLERANCE);
        }
      }
    }
    Timeline timeline = new RoundTimelines(rounds).timeline();
    double seconds = rounds.stream().mapToDouble(round -> round.path("seconds").asDouble()).sum();
    assertThat(timeline.rows()).isEqualTo(rows);
    for (int row = 0; row < rows.size(); row++) {
      assertThat(kinds(timeline, row))
          .contains("start", "gather", "compute", "wait", "hand out", "average");
      assertThat(labels(timeline, row, "compute")).containsExactly("round 1", "round 2", "round 3");
      assertNothingOverlaps(timeline, row, MILLISECOND);
      assertThat(sum(timeline, row)).isCloseTo(seconds, within(TOLERANCE));
    }
  }

  private static void assertNothingOverlaps(Timeline timeline, int row, double tolerance) {
    List<Span> spans = ofRow(timeline, row);
    IntStream.range(1, spans.size())
        .forEach(
            i ->
                assertThat(spans.get(i).start())
                    .isGreaterThanOrEqualTo(spans.get(i - 1).end() - tolerance));
  }

  private static List<Span> ofRow(Timeline timeline, int row) {
    return timeline.spans().stream().filter(span -> span.row() == row).toList();
  }

  private static List<String> kinds(Timeline timeline, int row) {
    return ofRow(timeline, row).stream().map(Span::kind).distinct().toList();
  }

  private static List<String> labels(Timeline timeline, int row, String kind) {
    return ofRow(timeline, row).stream()
        .filter(span -> span.kind().equals(kind))
        .map(Span::label)
        .toList();
  }

  private static double sum(Timeline timeline, int row) {
    return ofRow(timeline, row).stream().mapToDouble(span -> span.end() - span.start()).sum();
  }
}
