package dev.kindling.spark.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.kindling.data.shard.TokenSet;
import dev.kindling.model.arch.GptConfig;
import dev.kindling.model.backend.Backend;
import dev.kindling.model.backend.Backends;
import dev.kindling.model.batch.CausalBatch;
import dev.kindling.model.nn.ParameterStore;
import dev.kindling.model.objective.CausalLanguageModelling;
import dev.kindling.model.objective.Objective;
import dev.kindling.model.tensor.DType;
import dev.kindling.model.train.ComputeOptions;
import dev.kindling.model.train.InferenceModel;
import dev.kindling.model.train.LocalTrainer;
import dev.kindling.model.train.Precision;
import dev.kindling.model.train.StepPosition;
import dev.kindling.spark.checkpoint.CheckpointReader;
import dev.kindling.spark.config.DataParallelismConfig.InnerState;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TrainingRunTest {
  private static final GptConfig MODEL = new GptConfig(TinyTokens.VOCAB_SIZE, 8, 1, 2, 8, true);

  private static final Objective OBJECTIVE = new CausalLanguageModelling(8);

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
  void plainAveragingOfTwoReplicasIsTheMeanOfTwoLocalTrainers() {
    TinyPlan plan =
        TinyPlan.of(tokens, out).withSteps(3).withReplicas(2, 3).withOuter(TinyPlan.PLAIN);

    byte[] averaged = parameters(run(plan));

    byte[] first = trainAlone(2, 0, 3);
    byte[] second = trainAlone(2, 1, 3);
    assertThat(first).isNotEqualTo(second);
    assertThat(averaged).isEqualTo(FloatVectors.mean(new byte[][] {first, second}));
  }

  @Test
  void oneReplicaWithPlainAveragingIsALocalTrainerAlone() {
    TinyPlan plan =
        TinyPlan.of(tokens, out).withSteps(7).withReplicas(1, 2).withOuter(TinyPlan.PLAIN);

    assertThat(parameters(run(plan))).isEqualTo(trainAlone(1, 0, 7));
  }

  @Test
  void aRoundOfResetMomentsIsAFreshOptimiserWithAShiftedSchedule() {
    TinyPlan plan =
        TinyPlan.of(tokens, out)
            .withSteps(6)
            .withReplicas(1, 3)
            .withOuter(TinyPlan.PLAIN)
            .withInnerState(InnerState.RESET);

    byte[] trained = parameters(run(plan));

    byte[] initial = trainAlone(1, 0, 0);
    byte[] expected = trainFresh(trainFresh(initial, 0, 3), 3, 3);
    assertThat(trained).isEqualTo(expected);
  }

  @Test
  void theLossIsTheMeanOfAPlainLoopOverTheValidationSplit() {
    TrainingResult result = run(TinyPlan.of(tokens, out));

    double sum = 0;
    int numTargets = TinyTokens.NUM_VALIDATION - 1;
    try (Backend backend = Backends.open("onednn", 1);
        InferenceModel model = new InferenceModel(MODEL, Precision.F32, backend);
        TokenSet validation = TokenSet.open(new Configuration(), tokens, "validation")) {
      CheckpointReader.open(new Configuration(), result.checkpoint()).load(model.parameters());
      for (int start = 0; start < numTargets; start += MODEL.contextLength()) {
        int length = Math.min(MODEL.contextLength(), numTargets - start);
        int[] window = new int[length + 1];
        validation.read(start, window, 0, window.length);
        int[] inputs = Arrays.copyOf(window, length);
        int[] targets = Arrays.copyOfRange(window, 1, window.length);
        for (float loss : model.tokenLosses(new CausalBatch(1, length, inputs, targets))) {
          sum += loss;
        }
      }
    }
    assertThat(result.summary().validationLoss()).isCloseTo(sum / numTargets, within(1e-6));
  }

  @Test
  void autoIsResolvedOnceAndTheCheckpointSaysToWhat() {
    TrainingPlan plan = TinyPlan.of(tokens, out).withSteps(2).plan();
    TrainingPlan auto =
        new TrainingPlan(
            plan.tokens(),
            plan.output(),
            plan.seed(),
            plan.model(),
            plan.objective(),
            plan.training().withBackend("auto"),
            plan.parallel(),
            plan.dataParallelism(),
            plan.checkpoint(),
            0);

    TrainingResult result = TrainingRun.run(spark, auto, ProgressListener.NONE);

    assertThat(
            CheckpointReader.open(new Configuration(), result.checkpoint())
                .trainerState()
                .settings()
                .at("/changeable")
                .path("training.backend")
                .asText())
        .isEqualTo("onednn");
  }

  @Test
  void theNumberOfShardsDoesNotChangeTheParameters() {
    TinyPlan plan = TinyPlan.of(tokens, out).withInnerState(InnerState.AVERAGE);

    byte[] inOne = parameters(run(plan.withShards(1)));

    for (int numShards : new int[] {0, 7}) {
      TinyPlan other =
          plan.withShards(numShards)
              .withOutput(out.resolveSibling(out.getFileName() + "-" + numShards));
      assertThat(parameters(run(other))).isEqualTo(inOne);
    }
  }

  @ParameterizedTest
  @EnumSource(InnerState.class)
  void aRunThatGoesOnAfterItsDriverStoppedEndsWithTheSameBits(InnerState innerState)
      throws IOException {
    TinyPlan plan = TinyPlan.of(tokens, out.resolve("whole")).withInnerState(innerState);
    TrainingResult whole = run(plan);
    TinyPlan interrupted = plan.withOutput(out.resolve("interrupted"));

    assertThatThrownBy(() -> TrainingRun.run(spark, interrupted.plan(), new StopAfterRound(3)))
        .isInstanceOf(StopAfterRound.DriverStopped.class);
    TrainingResult resumed = run(interrupted);

    assertThat(RunFiles.tensorHashes(resumed.checkpoint()))
        .isEqualTo(RunFiles.tensorHashes(whole.checkpoint()));
    assertThat(RunFiles.timelessMetrics(out.resolve("interrupted")))
        .isEqualTo(RunFiles.timelessMetrics(out.resolve("whole")));
    assertThat(resumed.summary().validationLoss()).isEqualTo(whole.summary().validationLoss());
  }

  @Test
  void aSecondCallOnAFinishedRunDoesNothing() throws IOException {
    TinyPlan plan = TinyPlan.of(tokens, out);
    TrainingResult first = run(plan);
    var before = RunFiles.snapshot(out);

    TrainingResult second = run(plan);

    assertThat(second.wasComplete()).isTrue();
    assertThat(second.summary()).isEqualTo(first.summary());
    assertThat(RunFiles.snapshot(out)).isEqualTo(before);
  }

  @Test
  void metricsHaveOneLinePerStepAndTheLossFalls() throws IOException {
    TrainingResult result = run(TinyPlan.of(tokens, out).withSteps(40).withReplicas(2, 10));

    List<Long> steps = new ArrayList<>();
    RunFiles.timelessMetrics(out).stream()
        .filter(line -> line.get("event").asText().equals("step"))
        .forEach(line -> steps.add(line.get("step").asLong()));
    assertThat(steps).hasSize(40).isSorted().doesNotHaveDuplicates();
    assertThat(result.summary().validationLoss()).isLessThan(result.summary().uniformLoss());
    assertThat(result.summary().tokens()).isEqualTo(40 * 2 * TinyPlan.BATCH_SIZE * 8);
  }

  @Test
  void aLongerRunIsTheContinuationOfAShorterOne() {
    TinyPlan plan = TinyPlan.of(tokens, out.resolve("grown"));
    run(plan.withSteps(4));
    TrainingResult grown = run(plan);
    TrainingResult atOnce = run(plan.withOutput(out.resolve("at-once")));

    assertThat(grown.wasComplete()).isFalse();
    assertThat(RunFiles.tensorHashes(grown.checkpoint()))
        .isEqualTo(RunFiles.tensorHashes(atOnce.checkpoint()));
  }

  @Test
  void theWorkOfManyRoundsNeedsNoCheckpointBetweenThem() {
    TinyPlan plan =
        TinyPlan.of(tokens, out)
            .withSteps(TrainingLoop.MAX_LINEAGE_ROUNDS + 5)
            .withReplicas(2, 1)
            .withEveryRounds(1000);

    assertThat(run(plan).summary().rounds()).isEqualTo(TrainingLoop.MAX_LINEAGE_ROUNDS + 5);
  }

  private static TrainingResult run(TinyPlan plan) {
    return TrainingRun.run(spark, plan.plan(), ProgressListener.NONE);
  }

  private static byte[] parameters(TrainingResult result) {
    try (ParameterStore parameters = ParameterStore.allocate(MODEL.layout(), DType.F32)) {
      CheckpointReader.open(new Configuration(), result.checkpoint()).load(parameters);
      return bytes(parameters);
    }
  }

  private static byte[] trainAlone(int numReplicas, int replica, int numSteps) {
    DataOrder order =
        new DataOrder(tokens.toString(), TinyPlan.SEED, TinyPlan.BATCH_SIZE, OBJECTIVE);
    try (Backend backend = Backends.open("onednn", 1);
        LocalTrainer trainer = newTrainer(backend);
        DataOrder.Reader reader = order.open(new Configuration())) {
      trainer.initialize(TinyPlan.SEED);
      for (int step = 0; step < numSteps; step++) {
        long sample = ((long) step * numReplicas + replica) * TinyPlan.BATCH_SIZE;
        trainer.step(reader.read(sample), StepPosition.of(step));
      }
      return bytes(trainer.parameters());
    }
  }

  /** Steps of an optimiser that has taken none, in the middle of a schedule. */
  private static byte[] trainFresh(byte[] before, int firstStep, int numSteps) {
    DataOrder order =
        new DataOrder(tokens.toString(), TinyPlan.SEED, TinyPlan.BATCH_SIZE, OBJECTIVE);
    try (Backend backend = Backends.open("onednn", 1);
        LocalTrainer trainer = newTrainer(backend);
        DataOrder.Reader reader = order.open(new Configuration())) {
      trainer.parameters().writeBytes(0, before.length / Float.BYTES, before, 0);
      for (int i = 0; i < numSteps; i++) {
        trainer.step(
            reader.read((long) (firstStep + i) * TinyPlan.BATCH_SIZE),
            new StepPosition(firstStep + i, i, 0, 0));
      }
      return bytes(trainer.parameters());
    }
  }

  private static LocalTrainer newTrainer(Backend backend) {
    return new LocalTrainer(MODEL, TinyPlan.OPTIMIZER, ComputeOptions.PLAIN, backend);
  }

  private static byte[] bytes(ParameterStore parameters) {
    int length = Math.toIntExact(parameters.numParameters());
    byte[] bytes = new byte[length * Float.BYTES];
    parameters.readBytes(0, length, bytes, 0);
    return bytes;
  }
}
