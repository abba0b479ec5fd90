package dev.kindling.spark.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindling.data.InvalidInputException;
import dev.kindling.model.arch.ArchitectureConfig;
import dev.kindling.model.io.SpecialTokenIds;
import dev.kindling.spark.checkpoint.CheckpointReader;
import dev.kindling.spark.config.ConfigLoader;
import dev.kindling.spark.config.RunConfig;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every architecture trains on the same tokens, from configuration to checkpoint. */
class ArchitecturesTest {
  private static final String BERT = "model.architecture=bert";
  private static final String T5 = "model.architecture=t5";
  private static final String BART = "model.architecture=bart";

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

  @ParameterizedTest
  @ValueSource(
      strings = {
        "model.architecture=gpt",
        "model.positions=rotary model.norm=rms-norm model.feedForward=swiglu"
            + " model.numKeyValueHeads=1 model.tiedEmbeddings=false model.bias=false",
        BERT,
        BERT + " objective.masking.nextSentence=order",
        BERT + " objective.masking.nextSentence=none",
        T5,
        T5 + " model.gated=true model.headSize=3 model.numDecoderLayers=2",
        BART,
        BART + " objective.denoising.deleteRatio=0.1 objective.denoising.rotateProbability=0.5",
        T5 + " training.precision=bf16 training.activationCheckpointing=true",
        "model.architecture=gpt parallel.microBatches=2 training.precision=bf16",
        "model.architecture=gpt training.optimizer.kind=sgd"
      })
  void aRunThatGoesOnFromItsCheckpointEndsWithTheSameBits(String settings) throws IOException {
    TrainingResult whole = run(plan("whole", settings));
    TrainingPlan interrupted = plan("interrupted", settings);

    assertThatThrownBy(() -> TrainingRun.run(spark, interrupted, new StopAfterRound(3)))
        .isInstanceOf(StopAfterRound.DriverStopped.class);
    TrainingResult resumed = run(interrupted);

    assertThat(RunFiles.tensorHashes(resumed.checkpoint()))
        .isEqualTo(RunFiles.tensorHashes(whole.checkpoint()));
    assertThat(RunFiles.timelessMetrics(out.resolve("interrupted")))
        .isEqualTo(RunFiles.timelessMetrics(out.resolve("whole")));
  }

  @ParameterizedTest
  @ValueSource(strings = {BERT, T5, BART})
  void theLossFalls(String settings) throws IOException {
    run(
        plan(
            "run",
            settings
                + " model.dropout=0 model.embeddingSize=32 training.steps=200"
                + " training.batchSize=16 training.optimizer.learningRate=0.005"
                + " dataParallelism.localSteps=20 training.evaluateEverySteps=0"));

    List<Double> losses = new ArrayList<>();
    RunFiles.timelessMetrics(out.resolve("run")).stream()
        .filter(line -> line.get("event").asText().equals("step"))
        .forEach(line -> losses.add(line.get("loss").asDouble()));
    assertThat(losses).hasSize(200);
    double before = mean(losses.subList(0, 20));
    assertThat(mean(losses.subList(180, 200))).isLessThan(0.95 * before);
  }

  private static double mean(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
  }

  @Test
  void theCheckpointSaysWhichTokensAreNoText() {
    int first = TinyTokens.VOCAB_SIZE;

    assertThat(reader(BERT).specialTokens())
        .isEqualTo(
            new SpecialTokenIds(
                id(first), id(first + 1), id(first + 3), OptionalInt.empty(), id(first + 2)));
    assertThat(reader(T5).specialTokens())
        .isEqualTo(
            new SpecialTokenIds(
                OptionalInt.empty(), id(first + 1), id(first), id(first), OptionalInt.empty()));
    assertThat(reader(BART).specialTokens())
        .isEqualTo(
            new SpecialTokenIds(
                id(first), id(first + 2), id(first + 1), id(first + 2), id(first + 3)));
  }

  @Test
  void theCheckpointHoldsTheConfiguredShapeBehindTheVocabularyOfTheShards() {
    RunConfig config = config(T5 + " model.numDecoderLayers=2 model.feedForwardSize=20");

    ArchitectureConfig model =
        reader(T5 + " model.numDecoderLayers=2 model.feedForwardSize=20").transformer();

    assertThat(model).isEqualTo(config.model().transformerFor(TinyTokens.VOCAB_SIZE));
    assertThat(model.vocabSize()).isEqualTo(TinyTokens.VOCAB_SIZE + 102);
  }

  @Test
  void anotherNoiseIsRefusedWhereARunGoesOn() {
    run(plan("run", BERT + " training.steps=2"));

    assertThatThrownBy(() -> run(plan("run", BERT + " objective.masking.selection=0.2")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("objective.selection was 0.15 and is 0.2");
  }

  @ParameterizedTest
  @CsvSource({
    "nd4j, bf16, computes in f32, training.backend to onednn",
    "onednn, tf32, 'computes in f32, bf16', use training.backend cuda"
  })
  void aPrecisionThatTheBackendHasNotIsRefusedBeforeAnythingIsWritten(
      String backend, String precision, String computesIn, String fix) {
    String settings = "training.backend=" + backend + " training.precision=" + precision;
    assertThatThrownBy(() -> run(plan("run", settings)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("training.precision is " + precision)
        .hasMessageContaining("the backend " + backend + " " + computesIn)
        .hasMessageContaining(fix);
    assertThat(out.resolve("run")).doesNotExist();
  }

  @Test
  void aContextThatIsTooShortForTheObjectiveIsRefused() {
    assertThatThrownBy(() -> run(plan("run", BERT + " model.contextLength=4")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("model.contextLength 4")
        .hasMessageContaining("it must be 5 or more");
  }

  private CheckpointReader reader(String settings) {
    String name = "read-" + settings.hashCode();
    TrainingResult result = run(plan(name, settings + " training.steps=2"));
    return CheckpointReader.open(new Configuration(), result.checkpoint());
  }

  private static OptionalInt id(int token) {
    return OptionalInt.of(token);
  }

  private static TrainingResult run(TrainingPlan plan) {
    return TrainingRun.run(spark, plan, ProgressListener.NONE);
  }

  private TrainingPlan plan(String name, String settings) {
    RunConfig config = config(settings);
    return TrainingPlan.of(config, tokens, new Path(out.resolve(name).toUri()));
  }

  /** Two replicas, three rounds of two steps, and a checkpoint after every second round. */
  private static RunConfig config(String settings) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "model.contextLength=16",
                "model.numLayers=1",
                "model.numHeads=2",
                "model.embeddingSize=8",
                "model.dropout=0.1",
                "training.steps=8",
                "training.batchSize=2",
                "training.backend=onednn",
                "training.optimizer.learningRate=0.01",
                "training.optimizer.warmupSteps=2",
                "training.evaluateEverySteps=4",
                "training.evaluationTokens=40",
                "parallel.dataParallel=2",
                "dataParallelism.localSteps=2",
                "checkpoint.everyRounds=2"));
    all.addAll(List.of(settings.split(" ")));
    return ConfigLoader.load(Optional.empty(), all);
  }
}
