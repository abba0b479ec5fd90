package dev.kindling.spark.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

import dev.kindling.model.arch.ArchitectureConfig;
import dev.kindling.model.layout.PieceRange;
import dev.kindling.model.objective.Objective;
import dev.kindling.model.train.MemoryPlan;
import dev.kindling.spark.memory.RunMemory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What ranks hold follows from how they share the model. */
class PlannedMemoryTest {
  private static final String SHAPE =
      "model.numLayers=8 model.numHeads=4 model.embeddingSize=64 model.contextLength=32"
          + " training.batchSize=16 ";

  @TempDir static java.nio.file.Path directory;
  private static Path tokens;

  @BeforeAll
  static void writeTokens() throws IOException {
    tokens = TinyTokens.write(directory.resolve("tokens"));
  }

  private static ArchitectureConfig model(TrainingPlan plan) {
    return plan.model().transformerFor(TinyTokens.VOCAB_SIZE);
  }

  private static RunMemory memory(String settings) {
    return planned(settings).run();
  }

  private static PlannedMemory planned(String settings) {
    TrainingPlan plan = Plans.of(tokens, directory.resolve("unused"), SHAPE + settings);
    ArchitectureConfig model = model(plan);
    Objective objective = RunObjective.of(new Configuration(), tokens, model, plan.objective());
    return new PlannedMemory(
        model, objective, plan.training(), plan.parallel(), plan.dataParallelism());
  }

  private static long parameters() {
    return model(Plans.of(tokens, directory.resolve("unused"), SHAPE)).numParameters();
  }

  @ParameterizedTest
  @CsvSource({"keep, 20, 4", "average, 20, 12", "reset, 8, 4"})
  void theMomentsPassThroughTheHeapAsTheirPolicySays(
      String innerState, int bytesOfTask, int bytesOfShards) {
    RunMemory memory = memory("parallel.dataParallel=2 dataParallelism.innerState=" + innerState);

    assertThat(memory.taskHeap()).isEqualTo(bytesOfTask * parameters());
    boolean keeps = innerState.equals("keep");
    assertThat(memory.stateHeap()).isEqualTo((bytesOfShards + (keeps ? 2 * 12 : 0)) * parameters());
  }

  @Test
  void inItsOnlyRoundAReplicaBeginsWithoutMoments() {
    RunMemory memory = memory("training.steps=10 dataParallelism.localSteps=10");

    assertThat(memory.taskHeap()).isEqualTo(12 * parameters());
    assertThat(memory.heldHeap()).isZero();
    assertThat(memory("training.steps=11 dataParallelism.localSteps=10").heldHeap())
        .isEqualTo(8 * parameters());
  }

  @Test
  void theVelocityOfTheOuterOptimiserIsAsLargeAsTheParameters() {
    RunMemory plain = memory("dataParallelism.innerState=reset");
    RunMemory diloco =
        memory("dataParallelism.innerState=reset dataParallelism.outer.momentum=0.9");

    assertThat(diloco.stateHeap()).isEqualTo(plain.stateHeap() + 4 * parameters());
    assertThat(diloco.firstTaskHeap()).isEqualTo(plain.firstTaskHeap() + 4 * parameters());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"dataParallelism.pseudoGradients=int8", "dataParallelism.asynchronous=true"})
  void aReplicaThatSendsDifferencesKeepsWhatItBeganWith(String settings) {
    long whole = memory("parallel.dataParallel=2").taskHeap();

    assertThat(memory("parallel.dataParallel=2 " + settings).taskHeap())
        .isEqualTo(whole + 4 * parameters());
  }

  @Test
  void stagesAndSlicesShareWhatAReplicaHolds() {
    MemoryPlan whole = memory("").rank();

    MemoryPlan stage = memory("parallel.pipelineParallel=4 parallel.microBatches=4").rank();
    assertThat(stage.parameters()).isCloseTo(whole.parameters() / 4, withPercentage(10));
    MemoryPlan slice = memory("parallel.tensorParallel=2").rank();
    assertThat(slice.parameters()).isCloseTo(whole.parameters() / 2, withPercentage(5));
    assertThat(slice.activations()).isBetween(whole.activations() / 2, whole.activations());
  }

  /** GPipe keeps all micro-batches, 1F1B as many as there are stages, and one is on its way out. */
  @Test
  void aPipelineKeepsAsManyMicroBatchesAsItsScheduleHasUnderway() {
    String pipeline = "parallel.pipelineParallel=2 parallel.microBatches=8 parallel.schedule=";
    long gpipe = memory(pipeline + "gpipe").rank().activations();
    long oneForwardOneBackward = memory(pipeline + "1f1b").rank().activations();

    assertThat(oneForwardOneBackward).isEqualTo(gpipe / 8 * 3);
  }

  @Test
  void ofSynchronousReplicasOneHandsTheResultOver() {
    RunMemory memory = memory("parallel.dataParallel=3 dataParallelism.mode=synchronous");

    assertThat(memory.numRanks()).isEqualTo(3);
    assertThat(memory.numTelling()).isEqualTo(1);
  }

  @Test
  void whatIsCertainIsLessThanWhatIsPlanned() {
    for (String mesh : new String[] {"", "parallel.pipelineParallel=4 parallel.microBatches=4"}) {
      RunMemory memory = memory(mesh);
      assertThat(memory.leastOffHeap()).isLessThanOrEqualTo(memory.rank().total());
    }
  }

  /** Stages are cut when the run begins, so that it is not the planned ones that count. */
  @Test
  void onGpusTheHostHoldsCopiesOnlyAndEveryRankIsToldWhatItsGpuNeeds() {
    RunMemory onHost = memory("training.backend=onednn");
    RunMemory onGpu = memory("training.backend=cuda");
    assertThat(onGpu.onGpu()).isTrue();
    assertThat(onGpu.rank().parameters()).isEqualTo(onHost.rank().parameters());
    assertThat(onGpu.offHeap()).isEqualTo(1L << 30);
    assertThat(onGpu.leastOffHeap()).isEqualTo(16L << 20);
    assertThat(onGpu.taskHeap()).isEqualTo(onHost.taskHeap());

    assertThat(planned("training.backend=onednn").leastOnGpus(stages(10))).isEmpty();
    List<Long> whole = planned("training.backend=cuda").leastOnGpus(stages(10));
    assertThat(whole).containsExactly(onHost.leastOffHeap());
    List<Long> cut =
        planned("training.backend=cuda parallel.pipelineParallel=2 parallel.microBatches=4")
            .leastOnGpus(stages(3, 10));
    assertThat(cut).hasSize(2);
    assertThat(cut.get(0)).isLessThan(cut.get(1)).isLessThan(whole.get(0));
  }

  private static List<PieceRange> stages(int... ends) {
    List<PieceRange> stages = new ArrayList<>();
    int first = 0;
    for (int end : ends) {
      stages.add(new PieceRange(first, end));
      first = end;
    }
    return stages;
  }
}
