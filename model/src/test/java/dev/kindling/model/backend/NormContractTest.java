package dev.kindling.model.backend;

import dev.kindling.model.backend.check.NormCalls;
import dev.kindling.model.tensor.Tensor;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NormContractTest {
  @RegisterExtension private static final BackendsUnderTest BACKENDS = new BackendsUnderTest();

  @ParameterizedTest
  @CsvSource({"1,3", "29,37", "64,128", "5,1021", "3,2056", "2,9000"})
  void layerNormsAgree(long rows, long width) {
    BACKENDS.assertAllAgree(NormCalls.layerNormForward(rows, width));
    BACKENDS.assertAllAgree(NormCalls.layerNormBackward(rows, width));
  }

  @ParameterizedTest
  @CsvSource({"7,64", "3,257"})
  void variancesAreExactFarFromZero(long rows, long width) {
    BACKENDS.assertAllAgree(NormCalls.layerNormForwardFarFromZero(rows, width));
  }

  @ParameterizedTest
  @CsvSource({"1,1", "1,3", "29,37", "64,128", "5,1021", "257,16", "9,768", "3,2056", "2,9000"})
  void rmsNormsAgree(long rows, long width) {
    BACKENDS.assertAllAgree(NormCalls.rmsNormForward(rows, width));
    BACKENDS.assertAllAgree(NormCalls.rmsNormBackward(rows, width));
  }

  /** A padded position may be all zero: only epsilon keeps its norm from a division by 0. */
  @ParameterizedTest
  @CsvSource({"1,3", "5,67"})
  void normsOfZerosAgree(long rows, long width) {
    BACKENDS.assertAllAgree(
        (backend, run) -> {
          Tensor zeros = run.input(rows, width);
          backend.fill(zeros, 0);
          Tensor gain = run.parameter(width);
          Tensor mean = run.overwrittenSum(rows);
          Tensor variance = run.overwrittenSum(rows);
          Tensor meanSquare = run.overwrittenSum(rows);
          Tensor gradient = run.input(rows, width);
          backend.layerNormForward(
              zeros,
              gain,
              run.parameter(width),
              1e-5,
              run.overwritten(rows, width),
              mean,
              variance);
          backend.layerNormBackward(
              gradient,
              zeros,
              gain,
              1e-5,
              mean,
              variance,
              run.overwritten(rows, width),
              false,
              run.updatedSum(width),
              run.updatedSum(width));
          backend.rmsNormForward(zeros, gain, 1e-5, run.overwritten(rows, width), meanSquare);
          backend.rmsNormBackward(
              gradient,
              zeros,
              gain,
              1e-5,
              meanSquare,
              run.overwritten(rows, width),
              false,
              run.updatedSum(width));
        });
  }
}
