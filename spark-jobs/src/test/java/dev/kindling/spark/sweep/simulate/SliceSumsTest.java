package dev.kindling.spark.sweep.simulate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kindling.model.arch.ArchitectureConfig;
import dev.kindling.model.arch.LossScale;
import dev.kindling.model.backend.Backend;
import dev.kindling.model.backend.Backends;
import dev.kindling.model.backend.SliceGroup;
import dev.kindling.model.batch.Batch;
import dev.kindling.model.batch.CausalBatch;
import dev.kindling.model.batch.MaskedBatch;
import dev.kindling.model.batch.SequenceToSequenceBatch;
import dev.kindling.model.layout.PartLayout;
import dev.kindling.model.layout.PieceRange;
import dev.kindling.model.optim.OptimizerConfig;
import dev.kindling.model.tensor.Tensor;
import dev.kindling.model.train.ComputeOptions;
import dev.kindling.model.train.ModelPart;
import dev.kindling.model.train.Pass;
import dev.kindling.model.train.Precision;
import dev.kindling.model.train.StepPosition;
import dev.kindling.spark.config.Architecture;
import dev.kindling.spark.config.ModelConfig;
import dev.kindling.spark.sweep.simulate.SliceSums.MicroBatch;
import dev.kindling.spark.sweep.simulate.SliceSums.Summed;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What slices are said to sum up is what the layers do sum up. */
class SliceSumsTest {
  private static final int SIZE = 3;
  private static final int LENGTH = 8;
  private static final int TARGET_LENGTH = 5;
  private static final int NUM_PREDICTED = 7;

  /** The first of two slices, of which the other adds zeros; keeps account of what is summed up. */
  private static final class FirstOfTwo implements SliceGroup {
    private final List<Summed> sums = new ArrayList<>();

    @Override
    public int slice() {
      return 0;
    }

    @Override
    public int numSlices() {
      return 2;
    }

    @Override
    public void sumInPlace(Tensor tensor) {
      sums.add(new Summed(tensor.dtype(), tensor.numElements()));
    }

    private List<Summed> take() {
      List<Summed> taken = List.copyOf(sums);
      sums.clear();
      return taken;
    }
  }

  static Stream<Arguments> ways() {
    return Arrays.stream(Architecture.values())
        // The others are never cut into slices.
        .filter(architecture -> architecture.network().isEmpty())
        .flatMap(
            architecture -> Stream.of(false, true).map(twice -> Arguments.of(architecture, twice)));
  }

  @ParameterizedTest
  @MethodSource("ways")
  void itIsWhatTheLayersDo(Architecture architecture, boolean checkpointing) {
    ArchitectureConfig model =
        ModelConfig.plain(architecture, LENGTH, 2, 2, 16).transformerFor(120);
    ComputeOptions compute = new ComputeOptions(Precision.F32, 1, checkpointing);
    PartLayout part =
        new PartLayout(model.placements(), List.of(model.placements().allPieces()), 0, 2);
    FirstOfTwo slices = new FirstOfTwo();
    List<Summed> forward;
    List<Summed> backward;
    try (Backend backend = Backends.open("onednn", 1);
        ModelPart rank = new ModelPart(model, part, slices, optimizer(), compute, backend)) {
      rank.beginStep();
      Batch batch = batch(architecture);
      try (Pass pass = rank.newPass(0, batch, 0, StepPosition.of(0), LossScale.of(batch))) {
        pass.forward();
        forward = slices.take();
        pass.backward();
        backward = slices.take();
      }
    }

    int numRows = numRows(architecture);
    SliceSums expected =
        SliceSums.of(
            model,
            model.placements().numPieces(),
            model.placements().allPieces(),
            2,
            compute,
            new MicroBatch(SIZE, LENGTH, TARGET_LENGTH, numRows));
    assertThat(forward).containsExactlyInAnyOrderElementsOf(expected.forward());
    assertThat(backward).containsExactlyInAnyOrderElementsOf(expected.backward());
  }

  /** Megatron-LM's count: two each way for every block. */
  @Test
  void aBlockHasFour() {
    ArchitectureConfig gpt = ModelConfig.gpt2(LENGTH, 6, 2, 16).transformerFor(120);

    SliceSums sums =
        SliceSums.of(
            gpt,
            8,
            new PieceRange(2, 5),
            2,
            ComputeOptions.PLAIN,
            new MicroBatch(SIZE, LENGTH, LENGTH, SIZE * LENGTH));

    assertThat(sums.forward()).hasSize(6).allMatch(sum -> sum.numElements() == SIZE * LENGTH * 16);
    assertThat(sums.backward()).isEqualTo(sums.forward());
  }

  private static OptimizerConfig optimizer() {
    return OptimizerConfig.adamW(0.01, 0.001, 2, 100, 0.9, 0.95, 1e-8, 0.1, 1);
  }

  private static IllegalArgumentException notCut(Architecture architecture) {
    return new IllegalArgumentException(architecture + " is never cut into slices");
  }

  private static int numRows(Architecture architecture) {
    return switch (architecture) {
      case GPT -> SIZE * LENGTH;
      case BERT -> NUM_PREDICTED;
      case T5, BART -> SIZE * TARGET_LENGTH;
      case FEEDFORWARD, CONVOLUTIONAL, RECURRENT, LSTM, ELMO -> throw notCut(architecture);
    };
  }

  private static Batch batch(Architecture architecture) {
    int[] lengths = {LENGTH, LENGTH, LENGTH};
    return switch (architecture) {
      case FEEDFORWARD, CONVOLUTIONAL, RECURRENT, LSTM, ELMO -> throw notCut(architecture);
      case GPT -> new CausalBatch(SIZE, LENGTH, ids(LENGTH), ids(LENGTH));
      case BERT -> {
        int[] targets = ids(LENGTH);
        Arrays.fill(targets, NUM_PREDICTED, targets.length, Batch.IGNORED);
        yield new MaskedBatch(
            SIZE, LENGTH, ids(LENGTH), new int[SIZE * LENGTH], lengths, targets, new int[SIZE]);
      }
      case T5, BART ->
          new SequenceToSequenceBatch(
              SIZE,
              LENGTH,
              ids(LENGTH),
              lengths,
              TARGET_LENGTH,
              ids(TARGET_LENGTH),
              ids(TARGET_LENGTH));
    };
  }

  private static int[] ids(int length) {
    int[] ids = new int[SIZE * length];
    Arrays.setAll(ids, i -> (7 * i + 3) % 100);
    return ids;
  }
}
