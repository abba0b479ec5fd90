package dev.kindling.model.backend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kindling.model.backend.check.KernelRun;
import dev.kindling.model.backend.check.MatmulCalls;
import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.Tensor;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MatmulContractTest {
  @RegisterExtension private static final BackendsUnderTest BACKENDS = new BackendsUnderTest();

  @ParameterizedTest
  @CsvSource({"1,1,1", "1,67,31", "13,1,17", "17,13,1", "37,53,29", "128,64,96"})
  void productsAgreeInEveryOrderOfStorage(long m, long k, long n) {
    BACKENDS.assertAllAgree(MatmulCalls.matmul(m, k, n));
  }

  /**
   * An input rounded to 11 bits of significand is off by 2^-12 at most, half of that on average.
   */
  @ParameterizedTest
  @CsvSource({"37,53,29", "128,64,96", "64,512,128"})
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
    try (KernelRun run = KernelRuns.of(backend.memory(), DType.F32)) {
      Tensor out = run.overwritten(m, n);
      Matrix left = Matrix.of(run.input(m, k));
      Matrix right = Matrix.of(run.input(k, n));
      backend.matmul(left, right, null, Matrix.of(out), false);
      return out.toDoubles();
    }
  }

  @ParameterizedTest
  @CsvSource({"1,1,1", "1,67,31", "13,1,17", "17,13,1", "37,53,29", "128,64,96"})
  void productsInTheAccumulatorTypeAreNotRoundedToThatOfTheActivations(long m, long k, long n) {
    BACKENDS.assertAllAgree(MatmulCalls.matmulToSums(m, k, n));
  }

  @ParameterizedTest
  @CsvSource({"1,1,1", "5,1,3", "1,9,7", "37,53,29"})
  void productsOfPartsOfMatricesAgree(long m, long k, long n) {
    BACKENDS.assertAllAgree(MatmulCalls.matmulOfParts(m, k, n));
  }

  @ParameterizedTest
  @CsvSource({"1,1", "1,13", "29,1", "131,67", "300,136"})
  void columnSumsAgree(long rows, long columns) {
    BACKENDS.assertAllAgree(MatmulCalls.addColumnSums(rows, columns));
  }

  @ParameterizedTest
  @CsvSource({"1,1,3", "23,31,17", "64,48,80"})
  void linearLayersAgreeInBothOrdersOfStorage(long rows, long in, long out) {
    BACKENDS.assertAllAgree(MatmulCalls.linearForward(rows, in, out));
    BACKENDS.assertAllAgree(MatmulCalls.linearBackward(rows, in, out));
  }

  @ParameterizedTest
  @CsvSource({"1,1,3", "23,31,17", "64,48,80"})
  void linearLayersAroundActivationsAgree(long rows, long in, long out) {
    BACKENDS.assertAllAgree(MatmulCalls.linearActivationForward(rows, in, out));
    BACKENDS.assertAllAgree(MatmulCalls.linearActivationBackward(rows, out, in));
  }
}
