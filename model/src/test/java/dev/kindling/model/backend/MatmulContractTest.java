package dev.kindling.model.backend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MatmulContractTest {
  @RegisterExtension private static final BackendsUnderTest BACKENDS = new BackendsUnderTest();

  @ParameterizedTest
  @CsvSource({"1,1,1", "1,67,31", "13,1,17", "17,13,1", "37,53,29", "128,64,96"})
  void productsAgreeInEveryOrderOfStorage(long m, long k, long n) {
    BACKENDS.assertAllAgree(
        (backend, run) -> {
          Matrix left = Matrix.of(run.input(m, k));
          Matrix right = Matrix.of(run.input(k, n));
          Matrix leftTransposed = Matrix.of(run.input(k, m)).transposed();
          Matrix rightTransposed = Matrix.of(run.input(n, k)).transposed();
          Tensor bias = run.bias(n);
          for (Matrix a : new Matrix[] {left, leftTransposed}) {
            for (Matrix b : new Matrix[] {right, rightTransposed}) {
              backend.matmul(a, b, null, Matrix.of(run.overwritten(m, n)), false);
              backend.matmul(a, b, bias, Matrix.of(run.overwritten(m, n)), false);
              backend.matmul(a, b, null, Matrix.of(run.updated(m, n)), true);
              backend.matmul(a, b, bias, Matrix.of(run.updated(m, n)), true);
            }
          }
        });
  }

  /**
   * An input rounded to 11 bits of significand is off by 2^-12 at most, half of that on average.
   */
  @ParameterizedTest
  @CsvSource({"1,67,31", "37,53,29", "128,64,96", "64,512,128"})
  void productsInTf32AreOffByTheRoundingOfTheirInputs(long m, long k, long n) {
    for (Backend backend : BACKENDS.all()) {
      if (backend.hasTf32()) {
        double[] exact = product(backend, m, k, n);
        double[] rounded = product(backend.withTf32(), m, k, n);
        double error = 0;
        double norm = 0;
        for (int i = 0; i < exact.length; i++) {
          error += (rounded[i] - exact[i]) * (rounded[i] - exact[i]);
          norm += exact[i] * exact[i];
        }
        assertThat(Math.sqrt(error / norm)).as(backend.name()).isBetween(1e-6, 4e-4);
      }
    }
  }

  private static double[] product(Backend backend, long m, long k, long n) {
    try (KernelRun run = new KernelRun(backend.memory(), DType.F32)) {
      Tensor out = run.overwritten(m, n);
      Matrix left = Matrix.of(run.input(m, k));
      Matrix right = Matrix.of(run.input(k, n));
      backend.matmul(left, right, null, Matrix.of(out), false);
      return out.toDoubles();
    }
  }

  /** Gradients of weights: products of activations, added up in the accumulator type. */
  @ParameterizedTest
  @CsvSource({"1,1,1", "1,67,31", "13,1,17", "17,13,1", "37,53,29", "128,64,96"})
  void productsInTheAccumulatorTypeAreNotRoundedToThatOfTheActivations(long m, long k, long n) {
    BACKENDS.assertAllAgree(
        (backend, run) -> {
          Matrix left = Matrix.of(run.input(m, k));
          Matrix right = Matrix.of(run.input(k, n));
          Matrix leftTransposed = Matrix.of(run.input(k, m)).transposed();
          Tensor bias = run.bias(n);
          backend.matmul(left, right, null, Matrix.of(run.overwrittenSum(m, n)), false);
          backend.matmul(left, right, bias, Matrix.of(run.overwrittenSum(m, n)), false);
          backend.matmul(left, right, bias, Matrix.of(run.updatedSum(m, n)), true);
          backend.matmul(leftTransposed, right, null, Matrix.of(run.updatedSum(m, n)), true);
        });
  }

  @ParameterizedTest
  @CsvSource({"1,1,1", "5,1,3", "1,9,7", "37,53,29"})
  void productsOfPartsOfMatricesAgree(long m, long k, long n) {
    BACKENDS.assertAllAgree(
        (backend, run) -> {
          Matrix left = Matrix.of(run.input(m + 2, k + 5)).rows(1, m).columns(3, k);
          Matrix right = Matrix.of(run.input(k + 3, n + 1)).rows(2, k).columns(1, n);
          Matrix rightTransposed =
              Matrix.of(run.input(n + 4, k + 1)).rows(3, n).columns(0, k).transposed();
          Tensor bias = run.bias(n);
          Matrix out = Matrix.of(run.updated(m + 1, n + 7)).rows(1, m).columns(2, n);
          backend.matmul(left, right, bias, out, false);
          Matrix sum = Matrix.of(run.updated(m + 1, n + 7)).rows(0, m).columns(5, n);
          backend.matmul(left, rightTransposed, null, sum, true);
        });
  }

  @ParameterizedTest
  @CsvSource({"1,1", "1,13", "29,1", "131,67", "300,136"})
  void columnSumsAgree(long rows, long columns) {
    BACKENDS.assertAllAgree(
        (backend, run) -> {
          backend.addColumnSums(Matrix.of(run.input(rows, columns)), run.updatedSum(columns));
          Matrix part = Matrix.of(run.input(rows + 1, columns + 4)).rows(1, rows);
          backend.addColumnSums(part.columns(3, columns), run.updatedSum(columns));
          backend.addColumnSums(Matrix.of(run.parameter(rows, columns)), run.updatedSum(columns));
        });
  }

  @ParameterizedTest
  @CsvSource({"1,1,3", "23,31,17", "64,48,80"})
  void linearLayersAgreeInBothOrdersOfStorage(long rows, long in, long out) {
    BACKENDS.assertAllAgree(
        (backend, run) -> {
          Tensor input = run.input(rows, in);
          Tensor gradient = run.input(rows, out);
          for (boolean inFirst : new boolean[] {true, false}) {
            Matrix weight = stored(inFirst, inFirst ? run.input(in, out) : run.input(out, in));
            Tensor weightGradient = inFirst ? run.updatedSum(in, out) : run.updatedSum(out, in);
            backend.linearForward(input, weight, run.bias(out), run.overwritten(rows, out));
            backend.linearForward(input, weight, null, run.overwritten(rows, out));
            backend.linearBackward(
                gradient,
                input,
                weight,
                run.overwritten(rows, in),
                false,
                stored(inFirst, weightGradient),
                run.updatedSum(out));
            backend.linearBackward(
                gradient,
                input,
                weight,
                run.updated(rows, in),
                true,
                stored(inFirst, weightGradient),
                null);
            backend.linearBackward(
                gradient, input, weight, null, false, stored(inFirst, weightGradient), null);
          }
        });
  }

  @ParameterizedTest
  @CsvSource({"1,1,3", "23,31,17", "64,48,80"})
  void linearLayersAroundActivationsAgree(long rows, long in, long out) {
    BACKENDS.assertAllAgree(
        (backend, run) -> {
          Tensor input = run.input(rows, in);
          Tensor gradient = run.input(rows, in);
          Tensor bias = run.bias(out);
          for (Activation activation : List.of(Activation.GELU_TANH, Activation.RELU)) {
            for (boolean inFirst : new boolean[] {true, false}) {
              Matrix weight = stored(inFirst, inFirst ? run.input(in, out) : run.input(out, in));
              Matrix next = stored(inFirst, inFirst ? run.input(out, in) : run.input(in, out));
              backend.linearActivationForward(
                  input,
                  weight,
                  inFirst ? bias : null,
                  activation,
                  run.overwritten(rows, out),
                  run.overwritten(rows, out));
              backend.linearActivationBackward(
                  gradient, next, activation, run.input(rows, out), run.overwritten(rows, out));
            }
          }
        });
  }

  private static Matrix stored(boolean inFirst, Tensor weight) {
    return inFirst ? Matrix.of(weight) : Matrix.of(weight).transposed();
  }
}
