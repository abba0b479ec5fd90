package dev.kindling.spark.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindling.data.InvalidInputException;
import dev.kindling.model.optim.OptimizerConfig;
import dev.kindling.spark.config.ConfigLoader;
import dev.kindling.spark.config.ModelConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What cannot be used is refused with one clear error, and what exists stays as it is. */
class TrainingRunErrorsTest {
  @TempDir static Path directory;
  @TempDir Path own;
  private static SparkSession spark;
  private static TinyPlan finished;
  private static Path finishedRun;

  @BeforeAll
  static void trainOnce() throws IOException {
    spark = TestSpark.local(2);
    finishedRun = directory.resolve("run");
    finished = TinyPlan.of(TinyTokens.write(directory.resolve("tokens")), finishedRun);
    run(finished);
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  @Test
  void aVocabularyThatDoesNotMatchTheShardsIsRefused() throws IOException {
    ModelConfig other = withVocabulary(TinyTokens.VOCAB_SIZE + 1);
    assertRefused(finished.withModel(other), "model.vocabSize is 12", "vocabulary of 11");
  }

  @Test
  void anotherShapeOfTheModelIsRefused() throws IOException {
    ModelConfig other = ModelConfig.gpt2(8, 2, 2, 8);
    assertRefused(finished.withModel(other), "model.numLayers was 1 and is 2");
  }

  @Test
  void otherTokensAreRefused() throws IOException {
    assertRefused(
        finished.withTokens(TinyTokens.write(own.resolve("other"), 2)),
        "tokens was tiny-1 and is tiny-2");
  }

  @Test
  void fewerStepsThanAreDoneAreRefused() throws IOException {
    assertRefused(finished.withSteps(5), "8 steps done, but training.steps is 5");
  }

  @Test
  void aTokenShardWithAFlippedBitIsRefusedBeforeAnythingIsWritten() throws IOException {
    org.apache.hadoop.fs.Path tokens = TinyTokens.write(own.resolve("tokens"));
    RunFiles.flipBit(own.resolve("tokens").resolve("train-00000.bin"));

    assertThatThrownBy(() -> run(TinyPlan.of(tokens, own.resolve("out"))))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("train-00000.bin");
    assertThat(own.resolve("out")).doesNotExist();
  }

  @Test
  void aDirectoryWithForeignFilesIsRefusedUntouched() throws IOException {
    Files.writeString(own.resolve("thesis.tex"), "years of work");
    Map<String, String> before = RunFiles.snapshot(own);

    assertThatThrownBy(() -> run(finished.withOutput(own)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("thesis.tex");
    assertThat(RunFiles.snapshot(own)).isEqualTo(before);
  }

  @Test
  void filesOfTheUsersOwnThatAreNamedLikeOursAreLeftAsTheyAre() throws IOException {
    Files.writeString(own.resolve("config.yaml"), "seed: 3");
    Files.writeString(own.resolve("report.html"), "<p>mine</p>");
    Map<String, String> before = RunFiles.snapshot(own);

    assertThatThrownBy(() -> run(finished.withOutput(own)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("no training run has written there");
    assertThat(RunFiles.snapshot(own)).isEqualTo(before);
  }

  @Test
  void aRunThatEndedBeforeItsFirstCheckpointIsBegunAgain() {
    assertThatThrownBy(
            () -> TrainingRun.run(spark, finished.withOutput(own).plan(), new StopAfterRound(1)))
        .isInstanceOf(StopAfterRound.DriverStopped.class);

    assertThat(own).isNotEmptyDirectory();
    assertThat(run(finished.withOutput(own)).summary().steps()).isEqualTo(8);
  }

  @Test
  void theSummaryOfAShorterRunDoesNotOutliveItsEnd() {
    run(finished.withOutput(own).withSteps(4));
    assertThat(own.resolve("summary.json")).exists();

    assertThatThrownBy(
            () -> TrainingRun.run(spark, finished.withOutput(own).plan(), new StopAfterRound(3)))
        .isInstanceOf(StopAfterRound.DriverStopped.class);
    assertThat(own.resolve("summary.json")).doesNotExist();
  }

  @Test
  void aModelThatIsTooLargeIsRefusedBeforeTheTokensAreVerified() throws IOException {
    org.apache.hadoop.fs.Path tokens = TinyTokens.write(own.resolve("tokens"));
    RunFiles.flipBit(own.resolve("tokens").resolve("train-00000.bin"));
    ModelConfig large = ModelConfig.gpt2(8, 48, 8, 1024);

    assertThatThrownBy(() -> run(TinyPlan.of(tokens, own.resolve("out")).withModel(large)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("parameters")
        .hasMessageContaining("at most 536,870,895");
    assertThat(own.resolve("out")).doesNotExist();
  }

  @Test
  void aDamagedNewestCheckpointIsReplacedByWorkFromTheOneBefore() throws IOException {
    TrainingResult whole = run(finished.withOutput(own));
    Map<String, String> hashes = RunFiles.tensorHashes(whole.checkpoint());
    RunFiles.flipBit(own.resolve("checkpoints/step-00000008/model.safetensors"));
    Files.delete(own.resolve("summary.json"));
    List<String> warnings = new ArrayList<>();
    List<Long> rounds = new ArrayList<>();

    TrainingResult again =
        TrainingRun.run(
            spark,
            finished.withOutput(own).plan(),
            new ProgressListener() {
              @Override
              public void warning(String message) {
                warnings.add(message);
              }

              @Override
              public void roundFinished(RoundReport report) {
                rounds.add(report.round());
              }
            });

    assertThat(warnings).singleElement().asString().contains("step-00000008", "model.safetensors");
    assertThat(rounds).containsExactly(3L, 4L);
    assertThat(RunFiles.tensorHashes(again.checkpoint())).isEqualTo(hashes);
  }

  @Test
  void aLossThatIsNotFiniteStopsTheRunAndLeavesTheLastCheckpoint() throws IOException {
    TrainingPlan plan = finished.withOutput(own).withSteps(40).plan();
    OptimizerConfig exploding = OptimizerConfig.adamW(1e30, 1e30, 0, 100, 0.9, 0.95, 1e-8, 0, 0);
    TrainingPlan diverging =
        new TrainingPlan(
            plan.tokens(),
            plan.output(),
            plan.seed(),
            plan.model(),
            plan.objective(),
            TinyPlan.training(40, exploding),
            plan.parallel(),
            plan.dataParallelism(),
            plan.checkpoint(),
            0);

    assertThatThrownBy(() -> TrainingRun.run(spark, diverging, ProgressListener.NONE))
        .isInstanceOf(TrainingDivergedException.class)
        .hasMessageContaining("replica 0")
        .hasMessageContaining("Lower the learning rate");
  }

  @Test
  void replicasWithoutASlotRunInWavesWithAWarning() {
    List<String> warnings = new ArrayList<>();
    TrainingRun.run(
        spark,
        finished.withOutput(own).withReplicas(3, 2).plan(),
        new ProgressListener() {
          @Override
          public void warning(String message) {
            warnings.add(message);
          }
        });

    assertThat(warnings)
        .singleElement()
        .asString()
        .contains("dataParallel 3 × pipelineParallel 1 × tensorParallel 1 = 3 ranks", "2 waves");
  }

  private static ModelConfig withVocabulary(int vocabSize) {
    return ConfigLoader.load(
            Optional.empty(),
            List.of(
                "model.vocabSize=" + vocabSize,
                "model.contextLength=8",
                "model.numLayers=1",
                "model.numHeads=2",
                "model.embeddingSize=8"))
        .model();
  }

  private static void assertRefused(TinyPlan plan, String... fragments) throws IOException {
    Map<String, String> before = RunFiles.snapshot(finishedRun);
    assertThatThrownBy(() -> run(plan))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContainingAll(fragments);
    assertThat(RunFiles.snapshot(finishedRun)).isEqualTo(before);
  }

  private static TrainingResult run(TinyPlan plan) {
    return TrainingRun.run(spark, plan.plan(), ProgressListener.NONE);
  }
}
