package dev.kindling.model.backend.check;

import dev.kindling.model.backend.Backend;
import dev.kindling.model.tensor.Tensor;
import java.util.function.BiConsumer;

/** Calls of the kernels that normalize. */
public final class NormCalls {
  private NormCalls() {}

  /** Without a bias and with one. */
  public static BiConsumer<Backend, KernelRun> layerNormForward(long rows, long width) {
    return (backend, run) -> {
      Tensor input = run.input(rows, width);
      Tensor gain = run.parameter(width);
      for (Tensor bias : new Tensor[] {null, run.parameter(width)}) {
        backend.layerNormForward(
            input,
            gain,
            bias,
            bias == null ? 1e-5 : 1e-12,
            run.overwritten(rows, width),
            run.overwrittenSum(rows),
            run.overwrittenSum(rows));
      }
    };
  }

  /** The mean of squares less the square of the mean would lose most of its digits here. */
  public static BiConsumer<Backend, KernelRun> layerNormForwardFarFromZero(long rows, long width) {
    return (backend, run) ->
        backend.layerNormForward(
            run.inputAround(100, rows, width),
            run.parameter(width),
            run.parameter(width),
            1e-5,
            run.overwritten(rows, width),
            run.overwrittenSum(rows),
            run.overwrittenSum(rows));
  }

  /** Without a bias and with one. */
  public static BiConsumer<Backend, KernelRun> layerNormBackward(long rows, long width) {
    return (backend, run) -> {
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
    };
  }

  public static BiConsumer<Backend, KernelRun> rmsNormForward(long rows, long width) {
    return (backend, run) ->
        backend.rmsNormForward(
            run.input(rows, width),
            run.parameter(width),
            1e-6,
            run.overwritten(rows, width),
            run.overwrittenSum(rows));
  }

  public static BiConsumer<Backend, KernelRun> rmsNormBackward(long rows, long width) {
    return (backend, run) -> {
      Tensor input = run.input(rows, width);
      Tensor gain = run.parameter(width);
      Tensor gradient = run.input(rows, width);
      Tensor meanSquare = run.overwrittenSum(rows);
      backend.rmsNormForward(input, gain, 1e-6, run.overwritten(rows, width), meanSquare);
      for (boolean accumulate : new boolean[] {false, true}) {
        backend.rmsNormBackward(
            gradient,
            input,
            gain,
            1e-6,
            meanSquare,
            accumulate ? run.updated(rows, width) : run.overwritten(rows, width),
            accumulate,
            run.updatedSum(width));
      }
    };
  }
}
