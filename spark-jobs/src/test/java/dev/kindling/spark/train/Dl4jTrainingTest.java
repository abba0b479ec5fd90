package dev.kindling.spark.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.kindling.data.InvalidInputException;
import dev.kindling.data.shard.TokenSet;
import dev.kindling.model.batch.CausalBatch;
import dev.kindling.model.train.Precision;
import dev.kindling.spark.checkpoint.CheckpointReader;
import dev.kindling.spark.parallel.KernelSettings;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
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

/** DL4J's parameter averaging on real executors, where only registered classes may travel. */
class Dl4jTrainingTest {
  private static final String DL4J =
      " dataParallelism.mode=dl4j dataParallelism.innerState=average";
  private static final String AVERAGING =
      " dataParallelism.mode=averaging dataParallelism.innerState=average";

  @TempDir static java.nio.file.Path directory;
  @TempDir java.nio.file.Path out;
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
  @ValueSource(
      strings = {
        "model.architecture=gpt model.dropout=0.1",
        "model.architecture=bert model.dropout=0.1",
        "model.architecture=gpt parallel.dataParallel=3 parallel.microBatches=2",
        "model.architecture=gpt training.activationCheckpointing=true",
        "model.architecture=gpt training.optimizer.kind=sgd training.optimizer.maxGradientNorm=0.5"
      })
  void transformersLearnWhatTheEnginesOwnAveragingTeachesThem(String settings) throws IOException {
    TrainingResult engine = run(plan("engine", settings + AVERAGING));
    TrainingResult dl4j = run(plan("dl4j", settings + DL4J));

    List<Double> expected = losses("engine");
    List<Double> losses = losses("dl4j");
    assertThat(losses).hasSameSizeAs(expected);
    for (int step = 0; step < losses.size(); step++) {
      double loss = expected.get(step);
      assertThat(losses.get(step)).as("step " + (step + 1)).isCloseTo(loss, within(1e-4 * loss));
    }
    double loss = engine.summary().validationLoss();
    assertThat(dl4j.summary().validationLoss()).isCloseTo(loss, within(1e-4 * loss));
    assertThat(RunFiles.tensorHashes(dl4j.checkpoint()).keySet())
        .isEqualTo(RunFiles.tensorHashes(engine.checkpoint()).keySet());
  }

  @ParameterizedTest
  @ValueSource(strings = {"feedforward", "convolutional", "recurrent", "lstm", "elmo", "gpt"})
  void theLossFallsThoughAnExecutorIsKilled(String architecture) throws IOException {
    Killer killer = new Killer("batches from step 11", Executors.pids(spark, 2), false);
    spark.sparkContext().addSparkListener(killer);
    try {
      TrainingResult disturbed =
          run(
              plan(
                  "disturbed",
                  "model.architecture="
                      + architecture
                      + DL4J
                      + " training.optimizer.learningRate=0.03"));

      assertThat(killer.killed()).as("executors killed").hasSize(1);
      List<Double> losses = losses("disturbed");
      assertThat(losses).hasSize(30);
      assertThat(mean(losses.subList(25, 30))).isLessThan(0.9 * mean(losses.subList(0, 5)));
      assertThat(disturbed.summary().validationLoss())
          .isCloseTo(lossByHand(disturbed), within(2e-4));
    } finally {
      spark.sparkContext().removeSparkListener(killer);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"model.architecture=elmo", "model.architecture=gpt"})
  void aRunThatGoesOnFromItsCheckpointEndsWithTheSameBits(String architecture) throws IOException {
    String settings = architecture + DL4J + " model.dropout=0.2 training.steps=20";
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

  @Test
  void theMomentsOfAdamLiveOnFromRoundToRound() throws IOException {
    String settings = "model.architecture=gpt parallel.dataParallel=1 training.steps=12";
    run(plan("short", settings + DL4J + " dataParallelism.localSteps=2"));
    run(plan("long", settings + DL4J + " dataParallelism.localSteps=12"));

    List<Double> inShortRounds = losses("short");
    List<Double> inOneRound = losses("long");
    for (int step = 0; step < 12; step++) {
      assertThat(inShortRounds.get(step)).isCloseTo(inOneRound.get(step), within(1e-5));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "model.architecture=lstm | dataParallelism.mode=dl4j and dataParallelism.innerState=average",
        "model.architecture=t5 dataParallelism.mode=dl4j | set dataParallelism.mode=averaging",
        "dataParallelism.mode=dl4j | set dataParallelism.innerState=average",
        "dataParallelism.mode=dl4j dataParallelism.innerState=average"
            + " dataParallelism.asynchronous=true | set dataParallelism.asynchronous=false",
        "model.architecture=lstm dataParallelism.mode=dl4j dataParallelism.innerState=average"
            + " training.precision=bf16 | set training.precision=f32"
      })
  void whatDl4jCannotDoIsRefusedBeforeAnythingIsWritten(String settings, String remedy) {
    assertThatThrownBy(() -> run(plan("run", settings)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(remedy);
    assertThat(out.resolve("run")).doesNotExist();
  }

  /** What the files of a checkpoint give, measured without Spark. */
  private static double lossByHand(TrainingResult result) {
    CheckpointReader checkpoint = CheckpointReader.open(new Configuration(), result.checkpoint());
    try (MeasuredModel model =
        MeasuredModel.open(
            checkpoint.model(), Precision.F32, new KernelSettings("onednn", 1, Optional.empty()))) {
      checkpoint.load(model.parameters());
      return validationLoss(model, checkpoint.model().contextLength());
    }
  }

  private static double validationLoss(MeasuredModel model, int contextLength) {
    double sum = 0;
    int numTargets = TinyTokens.NUM_VALIDATION - 1;
    try (TokenSet validation = TokenSet.open(new Configuration(), tokens, "validation")) {
      for (int start = 0; start < numTargets; start += contextLength) {
        int length = Math.min(contextLength, numTargets - start);
        int[] window = new int[length + 1];
        validation.read(start, window, 0, window.length);
        int[] inputs = Arrays.copyOf(window, length);
        int[] targets = Arrays.copyOfRange(window, 1, window.length);
        for (float loss : model.targetLosses(new CausalBatch(1, length, inputs, targets))) {
          sum += loss;
        }
      }
    }
    return sum / numTargets;
  }

  private static double mean(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
  }

  private List<Double> losses(String name) throws IOException {
    List<Double> losses = new ArrayList<>();
    RunFiles.timelessMetrics(out.resolve(name)).stream()
        .filter(line -> line.get("event").asText().equals("step"))
        .forEach(line -> losses.add(line.get("loss").asDouble()));
    return losses;
  }

  private static TrainingResult run(TrainingPlan plan) {
    return TrainingRun.run(spark, plan, ProgressListener.NONE);
  }

  /** Two replicas, rounds of five steps, and a checkpoint after every second round. */
  private TrainingPlan plan(String name, String settings) {
    return Plans.of(
        tokens,
        out.resolve(name),
        "model.contextLength=16 model.numLayers=1 model.numHeads=2 model.embeddingSize=12"
            + " training.steps=30 training.batchSize=3 training.optimizer.learningRate=0.01"
            + " training.optimizer.warmupSteps=2 training.evaluateEverySteps=0"
            + " parallel.dataParallel=2 dataParallelism.localSteps=5 checkpoint.everyRounds=2 "
            + settings);
  }
}
