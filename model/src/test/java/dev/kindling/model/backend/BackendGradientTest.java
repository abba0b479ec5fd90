package dev.kindling.model.backend;

import static dev.kindling.model.DoubleArrays.assertClose;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.Tensor;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Every backward kernel of the plain twin against central differences of its forward kernel, in
 * double. {@link BackendContractTest} carries the result over to the other backends.
 */
class BackendGradientTest {
  private Backend backend;
  private KernelRun run;

  @BeforeEach
  void open() {
    backend = Backends.open("nd4j", 1);
    run = new KernelRun(DType.F64);
  }

  @AfterEach
  void close() {
    run.close();
    backend.close();
  }

  /** Σ forward() × weights, differentiated by every element of {@code input}. */
  private static void assertIsGradient(
      Tensor gradient, Tensor input, Tensor weights, Supplier<Tensor> forward) {
    double[] values = input.toDoubles();
    double[] expected = new double[values.length];
    double step = 1e-5;
    for (int i = 0; i < values.length; i++) {
      double value = values[i];
      values[i] = value + step;
      input.setDoubles(values);
      double above = dot(forward.get(), weights);
      values[i] = value - step;
      input.setDoubles(values);
      double below = dot(forward.get(), weights);
      values[i] = value;
      expected[i] = (above - below) / (2 * step);
    }
    input.setDoubles(values);
    assertClose("the gradient", gradient.toDoubles(), expected, 1e-7);
  }

  private static double dot(Tensor left, Tensor right) {
    double[] a = left.toDoubles();
    double[] b = right.toDoubles();
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  private Tensor zeros(long... shape) {
    Tensor tensor = run.overwritten(shape);
    backend.fill(tensor, 0);
    return tensor;
  }

  @Test
  void geluBackwardIsTheGradientOfGeluForward() {
    Tensor input = run.input(31);
    Tensor output = run.overwritten(31);
    Tensor weights = run.input(31);
    Tensor gradient = run.overwritten(31);
    backend.geluBackward(weights, input, gradient);
    assertIsGradient(
        gradient,
        input,
        weights,
        () -> {
          backend.geluForward(input, output);
          return output;
        });
  }

  @Test
  void linearBackwardIsTheGradientOfLinearForward() {
    Tensor input = run.input(3, 5);
    Tensor weight = run.input(5, 7);
    Tensor bias = run.input(7);
    Tensor output = run.overwritten(3, 7);
    Tensor weights = run.input(3, 7);
    Tensor inputGradient = run.overwritten(3, 5);
    Tensor weightGradient = zeros(5, 7);
    Tensor biasGradient = zeros(7);
    backend.linearBackward(
        weights, input, weight, inputGradient, false, weightGradient, biasGradient);
    Supplier<Tensor> forward =
        () -> {
          backend.linearForward(input, weight, bias, output);
          return output;
        };
    assertIsGradient(inputGradient, input, weights, forward);
    assertIsGradient(weightGradient, weight, weights, forward);
    assertIsGradient(biasGradient, bias, weights, forward);
  }

  @Test
  void layerNormBackwardIsTheGradientOfLayerNormForward() {
    Tensor input = run.input(3, 7);
    Tensor gain = run.input(7);
    Tensor bias = run.input(7);
    Tensor output = run.overwritten(3, 7);
    Tensor mean = run.overwritten(3);
    Tensor variance = run.overwritten(3);
    Tensor weights = run.input(3, 7);
    Tensor inputGradient = run.overwritten(3, 7);
    Tensor gainGradient = zeros(7);
    Tensor biasGradient = zeros(7);
    Supplier<Tensor> forward =
        () -> {
          backend.layerNormForward(input, gain, bias, 1e-5, output, mean, variance);
          return output;
        };
    assertThat(forward.get()).isSameAs(output);
    backend.layerNormBackward(
        weights,
        input,
        gain,
        1e-5,
        mean,
        variance,
        inputGradient,
        false,
        gainGradient,
        biasGradient);
    assertIsGradient(inputGradient, input, weights, forward);
    assertIsGradient(gainGradient, gain, weights, forward);
    assertIsGradient(biasGradient, bias, weights, forward);
  }

  @Test
  void embeddingBackwardIsTheGradientOfEmbeddingForward() {
    Tensor tokens = run.ids(0, 5, 2, 3);
    Tensor tokenEmbedding = run.input(5, 4);
    Tensor positionEmbedding = run.input(3, 4);
    Tensor output = run.overwritten(6, 4);
    Tensor weights = run.input(6, 4);
    Tensor tokenGradient = zeros(5, 4);
    Tensor positionGradient = zeros(3, 4);
    backend.embeddingBackward(weights, tokens, tokenGradient, positionGradient);
    Supplier<Tensor> forward =
        () -> {
          backend.embeddingForward(tokens, tokenEmbedding, positionEmbedding, output);
          return output;
        };
    assertIsGradient(tokenGradient, tokenEmbedding, weights, forward);
    assertIsGradient(positionGradient, positionEmbedding, weights, forward);
  }

  @Test
  void causalAttentionBackwardIsTheGradientOfCausalAttentionForward() {
    Tensor qkv = run.input(2, 5, 3 * 6);
    Tensor output = run.overwritten(10, 6);
    Tensor weights = run.input(10, 6);
    Tensor gradient = run.overwritten(2, 5, 3 * 6);
    backend.causalAttentionBackward(weights, qkv, 2, gradient);
    assertIsGradient(
        gradient,
        qkv,
        weights,
        () -> {
          backend.causalAttentionForward(qkv, 2, output);
          return output;
        });
  }

  @Test
  void theVocabularyLossGivesItsOwnGradient() {
    Tensor hidden = run.input(5, 3);
    Tensor weight = run.input(7, 3);
    Tensor targets = run.ids(-1, 7, 5);
    Tensor losses = run.overwritten(5);
    Tensor weights = run.overwritten(5);
    backend.fill(weights, 0.25);
    Tensor hiddenGradient = run.overwritten(5, 3);
    Tensor weightGradient = zeros(7, 3);
    backend.vocabularyLossForwardBackward(
        hidden, weight, targets, 2, 0.25, losses, hiddenGradient, weightGradient);
    Supplier<Tensor> forward =
        () -> {
          backend.vocabularyLossForward(hidden, weight, targets, 2, losses);
          return losses;
        };
    assertIsGradient(hiddenGradient, hidden, weights, forward);
    assertIsGradient(weightGradient, weight, weights, forward);
  }
}
