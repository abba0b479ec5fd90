package dev.kindling.spark.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.kindling.data.InvalidInputException;
import dev.kindling.model.backend.Backend;
import dev.kindling.model.backend.Backends;
import dev.kindling.model.objective.CausalLanguageModelling;
import dev.kindling.model.optim.OptimizerConfig;
import dev.kindling.model.train.ComputeOptions;
import dev.kindling.model.train.LocalTrainer;
import dev.kindling.model.train.StepPosition;
import dev.kindling.spark.config.DataParallelismConfig.PseudoGradients;
import dev.kindling.spark.parallel.ShardLayout;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerBlockUpdated;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What rounds of averaging promise beside the bits: traffic, equivalence, changing numbers. */
class AveragingTest {
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

  @Test
  void whatGoesThroughTheDriverDoesNotGrowWithTheModel() throws TimeoutException {
    DriverBytes small = driverBytes("model.embeddingSize=8");
    DriverBytes large = driverBytes("model.embeddingSize=512");

    long grown = 4 * (large.numParameters() - small.numParameters());
    assertThat(grown).as("bytes that the parameters take more").isGreaterThan(12_000_000);
    assertThat(small.results()).isPositive();
    assertThat(large.results()).isCloseTo(small.results(), within(4096L));
    // Some blocks are told of again when they go, so that this is no constant, but it is small.
    assertThat(large.broadcasts() - small.broadcasts()).isLessThan(200_000);
  }

  /**
   * What a run sends through the driver.
   *
   * @param results of tasks
   * @param broadcasts of the driver, closures of tasks included
   */
  private record DriverBytes(long results, long broadcasts, long numParameters) {}

  private DriverBytes driverBytes(String settings) throws TimeoutException {
    AtomicLong results = new AtomicLong();
    AtomicLong broadcasts = new AtomicLong();
    SparkListener counter =
        new SparkListener() {
          @Override
          public void onTaskEnd(SparkListenerTaskEnd event) {
            results.addAndGet(event.taskMetrics().resultSize());
          }

          @Override
          public void onBlockUpdated(SparkListenerBlockUpdated event) {
            if (event.blockUpdatedInfo().blockId().isBroadcast()) {
              broadcasts.addAndGet(event.blockUpdatedInfo().memSize());
            }
          }
        };
    spark.sparkContext().addSparkListener(counter);
    try {
      RunSummary summary =
          run(
                  "driver-" + settings,
                  settings
                      + " parallel.dataParallel=2 training.steps=3 dataParallelism.localSteps=1")
              .summary();
      assertThat(summary.rounds()).isEqualTo(3);
      spark.sparkContext().listenerBus().waitUntilEmpty();
      return new DriverBytes(results.get(), broadcasts.get(), summary.parameters());
    } finally {
      spark.sparkContext().removeSparkListener(counter);
    }
  }

  @Test
  void averagingAfterEveryStepOfSgdIsOneProcessThatSeesAllBatches() {
    int numReplicas = 4;
    int numSteps = 10;
    TrainingResult result =
        run(
            "sgd",
            "training.optimizer.kind=sgd training.optimizer.learningRate=0.1"
                + " training.optimizer.minLearningRate=0.1 training.optimizer.maxGradientNorm=0"
                + " training.optimizer.weightDecay=0 dataParallelism.localSteps=1"
                + " parallel.dataParallel=4 training.steps=10");

    int batchSize = numReplicas * ByHand.BATCH_SIZE;
    DataOrder order =
        new DataOrder(tokens.toString(), 7, batchSize, new CausalLanguageModelling(8));
    byte[] alone;
    byte[] initial;
    try (Backend backend = Backends.open("onednn", 1);
        LocalTrainer trainer =
            new LocalTrainer(
                ByHand.MODEL, OptimizerConfig.plainSgd(0.1), ComputeOptions.PLAIN, backend);
        DataOrder.Reader reader = order.open(new Configuration())) {
      trainer.initialize(7);
      initial = ByHand.bytes(trainer.parameters());
      for (int step = 0; step < numSteps; step++) {
        trainer.step(reader.read((long) step * batchSize), StepPosition.of(step));
      }
      alone = ByHand.bytes(trainer.parameters());
    }
    byte[] averaged = ByHand.parameters(result.checkpoint());
    double moved = 0;
    for (int at = 0; at < alone.length; at += 4) {
      float expected = FloatVectors.get(alone, at);
      assertThat(FloatVectors.get(averaged, at)).isCloseTo(expected, within(2e-6f));
      moved = Math.max(moved, Math.abs(expected - FloatVectors.get(initial, at)));
    }
    assertThat(moved).as("the way of some parameter").isGreaterThan(0.02);
  }

  @ParameterizedTest
  @EnumSource(PseudoGradients.class)
  void roundedPseudoGradientsTrainAsWellAndMoveFewerBytes(PseudoGradients kind) {
    String settings =
        " parallel.dataParallel=2 training.steps=60 dataParallelism.localSteps=10"
            + " dataParallelism.outer.learningRate=0.7 dataParallelism.outer.momentum=0.9"
            + " dataParallelism.outer.nesterov=true";
    RunSummary exact = run("exact-" + kind, settings).summary();
    RunSummary rounded =
        run("rounded-" + kind, settings + " dataParallelism.pseudoGradients=" + kind).summary();

    assertThat(exact.validationLoss()).isLessThan(0.8 * exact.uniformLoss());
    assertThat(rounded.validationLoss())
        .isCloseTo(exact.validationLoss(), within(0.02 * exact.validationLoss()));
    ShardLayout layout = ShardLayout.derive(exact.parameters(), 2);
    long saved = 0;
    for (int shard = 0; shard < layout.numShards(); shard++) {
      saved += layout.byteLength(shard) - kind.encodedBytes(layout.length(shard));
    }
    assertThat(exact.bytesMoved() - rounded.bytesMoved()).isEqualTo(6 * 2 * saved);
  }

  @Test
  void otherNumbersOfReplicasGoOnWithTheNextSampleAndTheMomentsThatAreThere() {
    ByHand expected = new ByHand(tokens);
    List<String> warnings = new ArrayList<>();
    int[] numReplicas = {4, 2, 3};
    TrainingResult result = null;
    for (int phase = 0; phase < numReplicas.length; phase++) {
      String settings =
          " dataParallelism.localSteps=2 parallel.dataParallel="
              + numReplicas[phase]
              + " training.steps="
              + 4 * (phase + 1);
      result = run("replicas", settings, warnings);
      expected.round(numReplicas[phase], 2, Double.POSITIVE_INFINITY);
      expected.round(numReplicas[phase], 2, Double.POSITIVE_INFINITY);
    }

    assertThat(ByHand.parameters(result.checkpoint())).isEqualTo(expected.theta());
    assertThat(warnings)
        .anyMatch(warning -> warning.contains("parallel.dataParallel was 4 and is 2"))
        .anyMatch(warning -> warning.contains("parallel.dataParallel was 2 and is 3"));
    assertThat(result.summary().tokens()).isEqualTo(4 * (4 + 2 + 3) * ByHand.BATCH_SIZE * 8);
  }

  @Test
  void anElasticRunTakesAsManyReplicasAsThereAreSlots() throws IOException {
    ByHand expected = new ByHand(tokens);
    expected.round(2, 3, Double.POSITIVE_INFINITY);

    TrainingResult result =
        run(
            "elastic",
            "dataParallelism.elastic=true parallel.dataParallel=7 training.steps=3"
                + " dataParallelism.localSteps=3");

    assertThat(ByHand.parameters(result.checkpoint())).isEqualTo(expected.theta());
    assertThat(RunFiles.timelessMetrics(out.resolve("elastic")))
        .filteredOn(line -> line.get("event").asText().equals("round"))
        .singleElement()
        .satisfies(line -> assertThat(line.get("replicas").asInt()).isEqualTo(2));
  }

  @ParameterizedTest
  @CsvSource({
    "dataParallelism.mode=synchronous dataParallelism.elastic=true, elastic true",
    "parallel.pipelineParallel=2 dataParallelism.pseudoGradients=int8, pseudoGradients int8"
  })
  void whatWholeReplicasAloneCanDoIsRefusedToOthers(String settings, String found) {
    assertThatThrownBy(() -> run("refused", settings))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(found)
        .hasMessageContaining("dataParallelism.pseudoGradients=f32");
  }

  private TrainingResult run(String name, String settings) {
    return run(name, settings, new ArrayList<>());
  }

  private TrainingResult run(String name, String settings, List<String> warnings) {
    ProgressListener listener =
        new ProgressListener() {
          @Override
          public void warning(String message) {
            warnings.add(message);
          }
        };
    TrainingPlan plan = Plans.of(tokens, out.resolve(name), ByHand.SETTINGS + settings);
    return TrainingRun.run(spark, plan, listener);
  }
}
