package dev.kindling.model.backend.onednn;

import dev.kindling.model.backend.Backend;
import dev.kindling.model.backend.onednn.Primitives.LayerNorm;
import dev.kindling.model.backend.onednn.Primitives.LayerNormBackward;
import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.Scratch;
import dev.kindling.model.tensor.Tensor;

/** Layer norm by oneDNN, and RMS norm, which is plain Java in F32. */
final class OneDnnNorms implements AutoCloseable {
  private final Backend kernels;
  private final Primitives primitives;
  private final HostRmsNorm rmsNorm;
  private final Scratch resultMemory = new Scratch();
  private final Scratch sumMemory = new Scratch();
  private final Scratch inputMemory = new Scratch();
  private final Scratch gradientMemory = new Scratch();
  private final Scratch outputMemory = new Scratch();

  OneDnnNorms(Backend kernels, Primitives primitives, HostRmsNorm rmsNorm) {
    this.kernels = kernels;
    this.primitives = primitives;
    this.rmsNorm = rmsNorm;
  }

  void layerNormForward(
      Tensor input,
      Tensor gain,
      Tensor bias,
      double epsilon,
      Tensor output,
      Tensor mean,
      Tensor variance) {
    Primitive norm = primitives.get(new LayerNorm(Layout.rows(input), epsilon, bias != null));
    if (bias == null) {
      norm.execute(
          input.address(), output.address(), mean.address(), variance.address(), gain.address());
    } else {
      norm.execute(
          input.address(),
          output.address(),
          mean.address(),
          variance.address(),
          gain.address(),
          bias.address());
    }
  }

  /** oneDNN overwrites all its results, so what is added to goes through temporary memory. */
  void layerNormBackward(
      Tensor outputGradient,
      Tensor input,
      Tensor gain,
      double epsilon,
      Tensor mean,
      Tensor variance,
      Tensor inputGradient,
      boolean accumulate,
      Tensor gainGradient,
      Tensor biasGradient) {
    long numColumns = gain.numElements();
    boolean bias = biasGradient != null;
    Tensor sums = sumMemory.tensor(gain.dtype(), 2 * numColumns);
    Tensor gainResult = sums.slice(0, numColumns);
    Tensor biasResult = sums.slice(numColumns, numColumns);
    Tensor inputResult =
        accumulate ? resultMemory.tensor(input.dtype(), input.shape()) : inputGradient;
    primitives
        .get(new LayerNormBackward(new LayerNorm(Layout.rows(input), epsilon, bias)))
        .execute(
            input.address(),
            outputGradient.address(),
            mean.address(),
            variance.address(),
            gain.address(),
            inputResult.address(),
            gainResult.address(),
            biasResult.address());
    kernels.addInPlace(gainGradient, gainResult);
    if (bias) {
      kernels.addInPlace(biasGradient, biasResult);
    }
    if (accumulate) {
      kernels.addInPlace(inputGradient, inputResult);
    }
  }

  void rmsNormForward(Tensor input, Tensor gain, double epsilon, Tensor output, Tensor meanSquare) {
    Tensor result = floats(output, outputMemory);
    rmsNorm.forward(toFloats(input, inputMemory), gain, epsilon, result, meanSquare);
    if (result != output) {
      kernels.copy(result, output);
    }
  }

  void rmsNormBackward(
      Tensor outputGradient,
      Tensor input,
      Tensor gain,
      double epsilon,
      Tensor meanSquare,
      Tensor inputGradient,
      boolean accumulate,
      Tensor gainGradient) {
    Tensor result =
        accumulate ? toFloats(inputGradient, outputMemory) : floats(inputGradient, outputMemory);
    rmsNorm.backward(
        toFloats(outputGradient, gradientMemory),
        toFloats(input, inputMemory),
        gain,
        epsilon,
        meanSquare,
        result,
        accumulate,
        gainGradient);
    if (result != inputGradient) {
      kernels.copy(result, inputGradient);
    }
  }

  /** The tensor itself or, for BF16, an F32 tensor of its shape with undefined content. */
  private static Tensor floats(Tensor tensor, Scratch memory) {
    return tensor.dtype() == DType.F32 ? tensor : memory.tensor(DType.F32, tensor.shape());
  }

  private Tensor toFloats(Tensor tensor, Scratch memory) {
    Tensor floats = floats(tensor, memory);
    if (floats != tensor) {
      kernels.copy(tensor, floats);
    }
    return floats;
  }

  @Override
  public void close() {
    resultMemory.close();
    sumMemory.close();
    inputMemory.close();
    gradientMemory.close();
    outputMemory.close();
  }
}
