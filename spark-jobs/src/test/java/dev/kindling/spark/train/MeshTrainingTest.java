package dev.kindling.spark.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.kindling.data.InvalidInputException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * However a model is spread over ranks, the losses of 20 steps are those of one task, within
 * rounding, with dropout and all.
 */
class MeshTrainingTest {
  private static final double TOLERANCE = 1e-5;
  private static final int NUM_STEPS = 20;

  private static final String SHAPE =
      "model.numLayers=4 model.numHeads=2 model.embeddingSize=16 model.contextLength=8"
          + " model.dropout=0.1 training.steps=20 dataParallelism.localSteps=20"
          + " training.evaluateEverySteps=0 checkpoint.everyRounds=1"
          + " training.optimizer.learningRate=0.01 training.optimizer.warmupSteps=2";

  private static final List<String> MODELS =
      List.of(
          "model.architecture=gpt",
          "model.architecture=gpt model.positions=rotary model.norm=rms-norm"
              + " model.feedForward=swiglu model.tiedEmbeddings=false model.bias=false",
          "model.architecture=bert",
          "model.architecture=t5",
          "model.architecture=bart");

  private static final String SYNCHRONOUS = " dataParallelism.mode=synchronous";

  private static final List<String> MESHES =
      List.of(
          "training.batchSize=2 parallel.dataParallel=2" + SYNCHRONOUS,
          "training.batchSize=1 parallel.dataParallel=4" + SYNCHRONOUS,
          "training.batchSize=4 parallel.microBatches=4",
          "training.batchSize=4 parallel.pipelineParallel=2 parallel.microBatches=4",
          "training.batchSize=4 parallel.pipelineParallel=2 parallel.microBatches=4"
              + " parallel.schedule=gpipe",
          "training.batchSize=4 parallel.pipelineParallel=2 parallel.microBatches=2"
              + " parallel.schedule=interleaved parallel.virtualStages=2",
          "training.batchSize=4 parallel.pipelineParallel=4 parallel.microBatches=3",
          "training.batchSize=4 parallel.tensorParallel=2",
          "training.batchSize=4 parallel.pipelineParallel=2 parallel.tensorParallel=2"
              + " parallel.microBatches=2 training.activationCheckpointing=true",
          "training.batchSize=2 parallel.dataParallel=2 parallel.pipelineParallel=2"
              + " parallel.microBatches=2"
              + SYNCHRONOUS);

  @TempDir static java.nio.file.Path directory;
  private static SparkSession spark;
  private static Path tokens;
  private static final Map<String, List<Double>> OF_ONE_TASK = new HashMap<>();

  @BeforeAll
  static void start() throws IOException {
    spark = TestSpark.local(4);
    tokens = TinyTokens.write(directory.resolve("tokens"));
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  static Stream<Arguments> spreadModels() {
    return MODELS.stream().flatMap(model -> MESHES.stream().map(mesh -> Arguments.of(model, mesh)));
  }

  @ParameterizedTest
  @MethodSource("spreadModels")
  void theLossesAreThoseOfOneTask(String model, String mesh) throws IOException {
    List<Double> expected = OF_ONE_TASK.get(model);
    if (expected == null) {
      expected = losses(model + " training.batchSize=4");
      OF_ONE_TASK.put(model, expected);
    }
    List<Double> losses = losses(model + " " + mesh);
    assertThat(losses).hasSize(NUM_STEPS);
    for (int step = 0; step < NUM_STEPS; step++) {
      assertThat(losses.get(step))
          .as("loss of step %d", step)
          .isCloseTo(expected.get(step), within(TOLERANCE * expected.get(step)));
    }
    assertThat(losses.get(NUM_STEPS - 1)).isLessThan(losses.get(0));
  }

  /** One local step with SGD, and the plain mean, is a step with the mean gradient. */
  @Test
  void averagingAfterEveryStepOfSgdIsSynchronousSgd() throws IOException {
    String sgd =
        "model.architecture=gpt model.dropout=0 training.batchSize=2 parallel.dataParallel=2"
            + " training.optimizer.kind=sgd training.optimizer.maxGradientNorm=0"
            + " training.optimizer.learningRate=0.1 ";
    List<Double> synchronous = losses(sgd + SYNCHRONOUS);
    List<Double> averaged = losses(sgd + "dataParallelism.localSteps=1 checkpoint.everyRounds=20");
    for (int step = 0; step < NUM_STEPS; step++) {
      assertThat(averaged.get(step))
          .isCloseTo(synchronous.get(step), within(TOLERANCE * synchronous.get(step)));
    }
  }

  /** Two groups of two ranks each that average their parameters and moments. */
  @Test
  void groupsThatAverageAreReplicasThatAverage() throws IOException {
    String rounds =
        "model.architecture=gpt training.batchSize=2 parallel.dataParallel=2"
            + " dataParallelism.localSteps=5 dataParallelism.innerState=average"
            + " dataParallelism.outer.learningRate=0.7 dataParallelism.outer.momentum=0.9"
            + " dataParallelism.outer.nesterov=true ";
    List<Double> replicas = losses(rounds);
    List<Double> groups = losses(rounds + "parallel.pipelineParallel=2 parallel.microBatches=2");
    for (int step = 0; step < NUM_STEPS; step++) {
      assertThat(groups.get(step))
          .isCloseTo(replicas.get(step), within(TOLERANCE * replicas.get(step)));
    }
  }

  @Test
  void whatDoesNotDivideIsRefused() {
    assertRefused("parallel.tensorParallel=3", "numHeads 2 is not a multiple of tensorParallel 3");
    assertRefused("parallel.pipelineParallel=7", "7 stages, but the model has 6 pieces");
    assertRefused(
        "training.batchSize=2 parallel.microBatches=3", "a batch has training.batchSize 2");
    assertRefused("parallel.dataParallel=2 parallel.pipelineParallel=2", "innerState is keep");
  }

  private static void assertRefused(String settings, String message) {
    assertThatThrownBy(() -> losses(settings))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(message);
  }

  private static List<Double> losses(String settings) throws IOException {
    java.nio.file.Path output = directory.resolve("run-" + settings.hashCode());
    TrainingRun.run(spark, Plans.of(tokens, output, SHAPE + " " + settings), ProgressListener.NONE);
    List<Double> losses = new ArrayList<>();
    RunFiles.timelessMetrics(output).stream()
        .filter(line -> line.get("event").asText().equals("step"))
        .forEach(line -> losses.add(line.get("loss").asDouble()));
    return losses;
  }
}
