package dev.kindling.spark.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kindling.model.objective.CausalLanguageModelling;
import dev.kindling.model.train.ComputeOptions;
import dev.kindling.spark.config.DataParallelismConfig.InnerState;
import dev.kindling.spark.config.DataParallelismConfig.PseudoGradients;
import dev.kindling.spark.config.TrainingConfig.OnNonFinite;
import dev.kindling.spark.parallel.HadoopSettings;
import dev.kindling.spark.parallel.ShardLayout;
import dev.kindling.spark.parallel.TrainingState;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.StorageLevel;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SkippedStepsTest {
  /** One step at this rate, and no loss is a number any more. */
  private static final String EXPLODING =
      " training.optimizer.learningRate=1e30 training.optimizer.minLearningRate=1e30"
          + " training.optimizer.maxGradientNorm=0 training.optimizer.weightDecay=0"
          + " parallel.dataParallel=2 training.steps=40 dataParallelism.localSteps=10 ";

  @TempDir static java.nio.file.Path directory;
  @TempDir java.nio.file.Path out;
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

  @Test
  void aReplicaLeavesOutAStepAboveTheLimitAndGoesOnAsIfItHadNotBeen() {
    int numReplicas = 2;
    int numSteps = 10;
    ByHand untrained = new ByHand(tokens);
    untrained.round(numReplicas, numSteps, 0);
    double limit = untrained.medianLoss();
    ByHand expected = new ByHand(tokens);
    expected.round(numReplicas, numSteps, limit);
    assertThat(expected.skipped()).isNotEmpty().hasSizeLessThan(numReplicas * numSteps);

    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    ShardLayout layout = new ShardLayout(expected.theta().length / 4, 1);
    ReplicaSpec spec =
        new ReplicaSpec(
            ByHand.MODEL,
            ByHand.ADAMW,
            ComputeOptions.PLAIN,
            "onednn",
            0,
            OnNonFinite.STOP,
            InnerState.KEEP,
            new PseudoGradientCodec(PseudoGradients.F32, false),
            layout,
            new DataOrder(tokens.toString(), 7, ByHand.BATCH_SIZE, new CausalLanguageModelling(8)));
    TrainingState before =
        new InitialState(ByHand.MODEL, layout, false)
            .create(context, numReplicas, 7, StorageLevel.MEMORY_ONLY());
    AveragingRound round =
        new AveragingRound(
            context, HadoopSettings.send(context), spec, new OuterOptimizer(1, 0, false));
    AveragingRound.Outcome outcome =
        round.run(before, new RoundPlan(0, numSteps, 0, RoundPlan.all(numReplicas), limit, false));

    assertThat(outcome.state().shards().collect().get(0).theta()).isEqualTo(expected.theta());
    assertThat(outcome.reports().stream().flatMap(report -> Arrays.stream(report.skipped())))
        .containsExactlyElementsOf(expected.skipped());
    RoundReport told = RoundSummary.of(outcome, 1, 0, 0, 1);
    assertThat(told.skipped()).isEqualTo(expected.skipped());
    assertThat(told.steps().stream().mapToInt(StepReport::replicas).sum())
        .isEqualTo(numReplicas * numSteps - expected.skipped().size());
    assertThat(told.steps())
        .filteredOn(step -> step.replicas() > 0)
        .isNotEmpty()
        .allSatisfy(step -> assertThat(step.maxLoss()).isLessThanOrEqualTo(limit));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "dataParallelism.mode=averaging",
        "dataParallelism.mode=synchronous",
        "parallel.pipelineParallel=2 dataParallelism.innerState=reset"
      })
  void aRunStopsAtANumberThatIsNotFiniteAndNamesTheSamples(String mesh) {
    assertThatThrownBy(() -> run(EXPLODING + mesh))
        .isInstanceOf(TrainingDivergedException.class)
        .hasMessageContaining("replica 1, step 2, samples 6 to 7: the loss is")
        .hasMessageContaining("training.onNonFinite=skip");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "dataParallelism.mode=averaging",
        "dataParallelism.mode=synchronous",
        "parallel.pipelineParallel=2 dataParallelism.innerState=reset"
      })
  void aRunThatSkipsStopsAfterTooManySkipsInARowAndHasWrittenThemDown(String mesh)
      throws IOException {
    assertThatThrownBy(
            () ->
                run(
                    EXPLODING
                        + mesh
                        + " training.onNonFinite=skip training.maxConsecutiveSkips=15"))
        .isInstanceOf(TrainingDivergedException.class)
        .hasMessageContaining("19 steps one after the other")
        .hasMessageContaining("training.maxConsecutiveSkips is 15");

    List<ObjectNode> lines = RunFiles.timelessMetrics(out);
    assertThat(of(lines, "skipped")).hasSize(2 * 19);
    assertThat(of(lines, "step")).hasSize(1);
    assertThat(of(lines, "round")).allMatch(line -> line.get("skipped").asInt() > 0).hasSize(2);
    List<Long> samples = new ArrayList<>();
    of(lines, "skipped").stream()
        .sorted(Comparator.comparingLong(line -> line.get("first_sample").asLong()))
        .forEach(line -> samples.add(line.get("first_sample").asLong()));
    assertThat(samples)
        .containsExactlyElementsOf(Stream.iterate(4L, n -> n + 2).limit(38).toList());
    assertThat(of(lines, "skipped"))
        .allMatch(line -> line.get("cause").asText().equals("non-finite"));
  }

  @Test
  void spikesAreLeftOutTheSameWayByARunThatWentOnFromACheckpoint() throws IOException {
    // Half a deviation, so that there is something to leave out.
    String settings =
        "training.skipLossSpikes=0.5 parallel.dataParallel=2 training.steps=120"
            + " dataParallelism.localSteps=10 checkpoint.everyRounds=2 checkpoint.background=false ";
    java.nio.file.Path interrupted = out.resolve("interrupted");
    assertThatThrownBy(
            () ->
                TrainingRun.run(
                    spark,
                    Plans.of(tokens, interrupted, ByHand.SETTINGS + settings),
                    new StopAfterRound(9)))
        .isInstanceOf(StopAfterRound.DriverStopped.class);
    TrainingPlan again = Plans.of(tokens, interrupted, ByHand.SETTINGS + settings);
    TrainingResult resumed = TrainingRun.run(spark, again, ProgressListener.NONE);
    TrainingPlan plan = Plans.of(tokens, out.resolve("whole"), ByHand.SETTINGS + settings);
    TrainingResult whole = TrainingRun.run(spark, plan, ProgressListener.NONE);

    assertThat(whole.summary().skippedSteps()).isPositive();
    assertThat(resumed.summary().skippedSteps()).isEqualTo(whole.summary().skippedSteps());
    assertThat(RunFiles.tensorHashes(resumed.checkpoint()))
        .isEqualTo(RunFiles.tensorHashes(whole.checkpoint()));
    assertThat(RunFiles.timelessMetrics(interrupted))
        .isEqualTo(RunFiles.timelessMetrics(out.resolve("whole")));
    assertThat(of(RunFiles.timelessMetrics(interrupted), "skipped"))
        .isNotEmpty()
        .allMatch(line -> line.get("cause").asText().equals("spike"))
        .allMatch(line -> line.get("step").asInt() > LossHistory.MIN_STEPS);
  }

  private static List<ObjectNode> of(List<ObjectNode> lines, String event) {
    return lines.stream().filter(line -> line.get("event").asText().equals(event)).toList();
  }

  private TrainingResult run(String settings) {
    TrainingPlan plan = Plans.of(tokens, out, ByHand.SETTINGS + settings);
    return TrainingRun.run(spark, plan, ProgressListener.NONE);
  }
}
