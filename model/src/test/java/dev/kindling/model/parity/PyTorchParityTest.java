package dev.kindling.model.parity;

import static dev.kindling.model.DoubleArrays.assertClose;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kindling.model.arch.ArchitectureConfig;
import dev.kindling.model.arch.Bart;
import dev.kindling.model.arch.Bert;
import dev.kindling.model.arch.Gpt;
import dev.kindling.model.arch.LanguageModel;
import dev.kindling.model.arch.LossScale;
import dev.kindling.model.arch.T5;
import dev.kindling.model.autograd.Tape;
import dev.kindling.model.autograd.Workspace;
import dev.kindling.model.backend.Backend;
import dev.kindling.model.backend.Backends;
import dev.kindling.model.backend.ChosenBackends;
import dev.kindling.model.batch.Batch;
import dev.kindling.model.batch.CausalBatch;
import dev.kindling.model.batch.MaskedBatch;
import dev.kindling.model.batch.SequenceToSequenceBatch;
import dev.kindling.model.nn.ParameterStore;
import dev.kindling.model.nn.Parameters;
import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.Tensor;
import dev.kindling.model.train.ComputeOptions;
import dev.kindling.model.train.LocalTrainer;
import dev.kindling.model.train.StepPosition;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every architecture against PyTorch, in F32: logits, loss, every gradient, and ten steps. */
class PyTorchParityTest {
  /** Of the largest element of a tensor. */
  private static final double TOLERANCE = 1e-4;

  private static final double LOSS_TOLERANCE = 1e-5;

  static Stream<Arguments> fixturesOnBackends() {
    return ParityFixture.NAMES.stream()
        .flatMap(
            name -> ChosenBackends.names().stream().map(backend -> Arguments.of(name, backend)));
  }

  private static double largest(double[] values) {
    return DoubleStream.of(values).map(Math::abs).max().orElse(0);
  }

  private static void assertRelativelyClose(String what, double[] actual, double[] expected) {
    assertClose(what, actual, expected, TOLERANCE * largest(expected));
  }

  private static Tensor logits(LanguageModel model, Tape tape, Batch batch) {
    if (model instanceof Gpt gpt) {
      return gpt.logits(tape, (CausalBatch) batch);
    }
    if (model instanceof Bert bert) {
      return bert.logits(tape, (MaskedBatch) batch);
    }
    if (model instanceof T5 t5) {
      return t5.logits(tape, (SequenceToSequenceBatch) batch);
    }
    return ((Bart) model).logits(tape, (SequenceToSequenceBatch) batch);
  }

  @ParameterizedTest
  @MethodSource("fixturesOnBackends")
  void logitsLossAndGradientsAreThoseOfPyTorch(String name, String backendName) {
    ParityFixture fixture = ParityFixture.load(name);
    ArchitectureConfig config = fixture.config();
    try (Backend backend = Backends.open(backendName, 2);
        Workspace workspace = new Workspace(backend.memory());
        ParameterStore parameters =
            ParameterStore.allocate(config.layout(), DType.F32, backend.memory());
        ParameterStore gradients =
            ParameterStore.allocate(config.layout(), DType.F32, backend.memory())) {
      fixture.fill(parameters);
      LanguageModel model = LanguageModel.bind(config, Parameters.of(parameters, gradients));
      Batch batch = fixture.batch();

      Tensor logits = logits(model, Tape.forwardOnly(backend, workspace), batch);
      assertRelativelyClose("logits", logits.toDoubles(), fixture.doubles("logits"));
      if (model instanceof Bert bert) {
        Tensor pairs =
            bert.nextSentenceLogits(Tape.forwardOnly(backend, workspace), (MaskedBatch) batch);
        assertRelativelyClose(
            "next-sentence logits", pairs.toDoubles(), fixture.doubles("nextSentenceLogits"));
      }

      LossScale scale = LossScale.of(batch);
      Tape tape = Tape.recording(backend, workspace, false, null);
      double loss = model.losses(tape, batch, scale).total(scale);
      tape.backward();
      double expectedLoss = fixture.doubles("loss")[0];
      assertClose(
          "loss", new double[] {loss}, new double[] {expectedLoss}, LOSS_TOLERANCE * expectedLoss);
      assertGradients(fixture, gradients);
    }
  }

  private static void assertGradients(ParityFixture fixture, ParameterStore gradients) {
    List<String> zero = fixture.zeroGradients();
    for (ParameterStore.Slice slice : gradients.slices()) {
      double[] actual = gradients.tensor(slice).toDoubles();
      double[] expected = fixture.doubles("gradient." + slice.name());
      if (zero.contains(slice.name())) {
        assertClose(slice.name(), actual, expected, 1e-6);
      } else {
        assertRelativelyClose(slice.name(), actual, expected);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("fixturesOnBackends")
  void tenTrainingLossesAreThoseOfPyTorch(String name, String backendName) {
    ParityFixture fixture = ParityFixture.load(name);
    try (Backend backend = Backends.open(backendName, 2);
        LocalTrainer trainer =
            new LocalTrainer(
                fixture.config(), fixture.optimizer(), ComputeOptions.PLAIN, backend)) {
      fixture.fill(trainer.parameters());
      Batch batch = fixture.batch();
      double[] expected = fixture.doubles("trainingLosses");
      assertThat(expected).hasSize(10);
      double[] actual = new double[10];
      for (int step = 0; step < 10; step++) {
        actual[step] = trainer.step(batch, StepPosition.of(step)).loss();
      }
      assertClose("losses", actual, expected, LOSS_TOLERANCE * largest(expected));
      assertThat(actual[9]).isLessThan(actual[0]);
    }
  }
}
