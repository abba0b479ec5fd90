package dev.kindling.model.arch;

import static dev.kindling.model.DoubleArrays.assertClose;

import dev.kindling.model.autograd.Tape;
import dev.kindling.model.autograd.Variable;
import dev.kindling.model.backend.Backend;
import dev.kindling.model.backend.Backends;
import dev.kindling.model.nn.ParameterStore;
import dev.kindling.model.objective.CausalLanguageModelling;
import dev.kindling.model.tensor.Arena;
import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.Tensor;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The gradient of every parameter tensor of the whole model against central differences, in double.
 * Of a large tensor, some elements.
 */
class GptGradientTest {
  private static final double STEP = 1e-5;
  private static final int LENGTH = 5;
  private static final int MOST_ELEMENTS_OF_A_TENSOR = 11;

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theGradientOfEveryParameterTensorIsThatOfFiniteDifferences(boolean bias) {
    GptConfig config = new GptConfig(7, 6, 2, 2, 4, bias);
    try (Backend backend = Backends.open("nd4j", 1);
        Arena arena = new Arena();
        ParameterStore parameters = ParameterStore.allocate(Gpt.layout(config), DType.F64);
        ParameterStore gradients = ParameterStore.allocate(Gpt.layout(config), DType.F64)) {
      Random random = new Random(7);
      double[] values = random.doubles(parameters.numParameters(), -0.7, 0.7).toArray();
      parameters.flat().setDoubles(values);
      Gpt gpt = new Gpt(config, parameters, gradients);

      loss(gpt, Tape.recording(backend, arena));
      for (ParameterStore.Slice slice : parameters.slices()) {
        double[] analytic = gradients.tensor(slice).toDoubles();
        double[] expected = analytic.clone();
        int stride = 1 + (expected.length - 1) / MOST_ELEMENTS_OF_A_TENSOR;
        for (int i = 0; i < expected.length; i += stride) {
          int index = Math.toIntExact(slice.offset()) + i;
          double above = lossWith(values, index, STEP, parameters, gpt, backend, arena);
          double below = lossWith(values, index, -STEP, parameters, gpt, backend, arena);
          expected[i] = (above - below) / (2 * STEP);
        }
        assertClose(slice.name(), analytic, expected, 1e-8);
      }
    }
  }

  private static double lossWith(
      double[] values,
      int index,
      double change,
      ParameterStore parameters,
      Gpt gpt,
      Backend backend,
      Arena arena) {
    parameters.flat().slice(index, 1).setDoubles(new double[] {values[index] + change});
    arena.reset();
    double loss = loss(gpt, Tape.forwardOnly(backend, arena));
    parameters.flat().slice(index, 1).setDoubles(new double[] {values[index]});
    return loss;
  }

  /** The mean loss of two sequences, one target ignored; goes back where the tape records. */
  private static double loss(Gpt gpt, Tape tape) {
    Tensor inputs = tape.scratch(DType.I32, 2, LENGTH);
    Tensor targets = tape.scratch(DType.I32, 2L * LENGTH);
    inputs.write(0, new int[] {1, 2, 3, 0, 6, 5, 5, 4, 1, 0}, 0, 2 * LENGTH);
    targets.write(0, new int[] {2, 3, 0, 6, 1, 5, -1, 1, 0, 4}, 0, 2 * LENGTH);
    Variable hidden = gpt.forward(tape, inputs);
    int numCounted = 2 * LENGTH - 1;
    Tensor losses =
        CausalLanguageModelling.losses(tape, hidden, gpt.tokenEmbedding(), targets, numCounted);
    tape.backward();
    return Arrays.stream(losses.toDoubles()).sum() / numCounted;
  }
}
