package dev.kindling.model.backend;

import dev.kindling.model.tensor.Tensor;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NormContractTest {
  @RegisterExtension private static final BackendsUnderTest BACKENDS = new BackendsUnderTest();

  @ParameterizedTest
  @CsvSource({"1,3", "29,37", "64,128", "5,1021", "3,2056", "2,9000"})
  void layerNormsAgree(long rows, long width) {
    BACKENDS.assertAllAgree(
        (backend, run) -> {
          Tensor input = run.input(rows, width);
          Tensor gain = run.parameter(width);
          Tensor gradient = run.input(rows, width);
          Tensor mean = run.overwrittenSum(rows);
          Tensor variance = run.overwrittenSum(rows);
          Tensor output = run.overwritten(rows, width);
          backend.layerNormForward(input, gain, null, 1e-5, output, mean, variance);
          backend.layerNormBackward(
              gradient,
              input,
              gain,
              1e-5,
              mean,
              variance,
              run.updated(rows, width),
              true,
              run.updatedSum(width),
              null);
          Tensor biased = run.overwritten(rows, width);
          Tensor bias = run.parameter(width);
          backend.layerNormForward(input, gain, bias, 1e-12, biased, mean, variance);
          backend.layerNormBackward(
              gradient,
              input,
              gain,
              1e-12,
              mean,
              variance,
              run.overwritten(rows, width),
              false,
              run.updatedSum(width),
              run.updatedSum(width));
        });
  }

  /** The mean of squares less the square of the mean would lose most of its digits here. */
  @ParameterizedTest
  @CsvSource({"7,64", "3,257"})
  void variancesAreExactFarFromZero(long rows, long width) {
    BACKENDS.assertAllAgree(
        (backend, run) ->
            backend.layerNormForward(
                run.inputAround(100, rows, width),
                run.parameter(width),
                run.parameter(width),
                1e-5,
                run.overwritten(rows, width),
                run.overwrittenSum(rows),
                run.overwrittenSum(rows)));
  }

  @ParameterizedTest
  @CsvSource({"1,1", "1,3", "29,37", "64,128", "5,1021", "257,16", "9,768", "3,2056", "2,9000"})
  void rmsNormsAgree(long rows, long width) {
    BACKENDS.assertAllAgree(
        (backend, run) -> {
          Tensor input = run.input(rows, width);
          Tensor gain = run.parameter(width);
          Tensor gradient = run.input(rows, width);
          Tensor meanSquare = run.overwrittenSum(rows);
          Tensor output = run.overwritten(rows, width);
          backend.rmsNormForward(input, gain, 1e-6, output, meanSquare);
          backend.rmsNormBackward(
              gradient,
              input,
              gain,
              1e-6,
              meanSquare,
              run.overwritten(rows, width),
              false,
              run.updatedSum(width));
          backend.rmsNormBackward(
              gradient,
              input,
              gain,
              1e-6,
              meanSquare,
              run.updated(rows, width),
              true,
              run.updatedSum(width));
        });
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
