package dev.kindling.model.arch;

import static dev.kindling.model.DoubleArrays.assertClose;

import dev.kindling.model.autograd.Tape;
import dev.kindling.model.autograd.Workspace;
import dev.kindling.model.backend.Backend;
import dev.kindling.model.backend.Backends;
import dev.kindling.model.batch.Batch;
import dev.kindling.model.nn.ParameterStore;
import dev.kindling.model.nn.Parameters;
import dev.kindling.model.parity.ParityFixture;
import dev.kindling.model.tensor.DType;
import dev.kindling.model.train.Dropouts;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The gradient of every parameter tensor of every architecture, with dropout, against central
 * differences in double. Of a large tensor, some elements.
 */
class ModelGradientTest {
  private static final double STEP = 1e-5;
  private static final int MOST_ELEMENTS_OF_A_TENSOR = 2;

  private static final double DROPOUT = 0.2;

  static Stream<String> architectures() {
    return ParityFixture.NAMES.stream();
  }

  @ParameterizedTest
  @MethodSource("architectures")
  void theGradientOfEveryParameterTensorIsThatOfFiniteDifferences(String name) {
    ParityFixture fixture = ParityFixture.load(name);
    ArchitectureConfig config = Dropouts.with(fixture.config(), DROPOUT);
    try (Backend backend = Backends.open("nd4j", 1);
        Workspace workspace = new Workspace(backend.memory());
        ParameterStore parameters = ParameterStore.allocate(config.layout(), DType.F64);
        ParameterStore gradients = ParameterStore.allocate(config.layout(), DType.F64);
        ParameterStore unused = ParameterStore.allocate(config.layout(), DType.F64)) {
      fixture.fill(parameters);
      Batch batch = fixture.batch();
      LanguageModel model = LanguageModel.bind(config, Parameters.of(parameters, gradients));
      LanguageModel other = LanguageModel.bind(config, Parameters.of(parameters, unused));

      loss(model, tape(backend, workspace), batch, true);
      for (ParameterStore.Slice slice : parameters.slices()) {
        double[] analytic = gradients.tensor(slice).toDoubles();
        double[] expected = analytic.clone();
        int stride = 1 + (expected.length - 1) / MOST_ELEMENTS_OF_A_TENSOR;
        for (int i = 0; i < expected.length; i += stride) {
          long index = slice.offset() + i;
          double value = parameters.flat().slice(index, 1).toDoubles()[0];
          set(parameters, index, value + STEP);
          double above = loss(other, tape(backend, workspace), batch, false);
          set(parameters, index, value - STEP);
          double below = loss(other, tape(backend, workspace), batch, false);
          set(parameters, index, value);
          expected[i] = (above - below) / (2 * STEP);
        }
        assertClose(slice.name(), analytic, expected, 2e-8);
      }
    }
  }

  private static void set(ParameterStore parameters, long index, double value) {
    parameters.flat().slice(index, 1).setDoubles(new double[] {value});
  }

  /** Only a recording tape drops, and each forward pass of one key drops the same. */
  private static Tape tape(Backend backend, Workspace workspace) {
    workspace.reset();
    return Tape.recording(backend, workspace, false, new Tape.Randomness(5, 0));
  }

  private static double loss(LanguageModel model, Tape tape, Batch batch, boolean backward) {
    LossScale scale = LossScale.of(batch);
    double loss = model.losses(tape, batch, scale).total(scale);
    if (backward) {
      tape.backward();
    }
    return loss;
  }
}
