package dev.kindling.model.backend.nd4j;

import dev.kindling.model.tensor.Tensor;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/** Layer norm and RMS norm as their formulas. */
final class Nd4jNorms {
  void layerNormForward(
      Tensor input,
      Tensor gain,
      Tensor bias,
      double epsilon,
      Tensor output,
      Tensor mean,
      Tensor variance) {
    INDArray x = Nd4jViews.rowsOf(input);
    INDArray means = x.mean(1);
    INDArray centred = x.subColumnVector(means);
    INDArray variances = centred.mul(centred).mean(1);
    Nd4jViews.of(mean).assign(means);
    Nd4jViews.of(variance).assign(variances);
    INDArray result = divided(centred, variances, epsilon).mulRowVector(Nd4jViews.of(gain));
    if (bias != null) {
      result = result.addRowVector(Nd4jViews.of(bias));
    }
    Nd4jViews.rowsOf(output).assign(result);
  }

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
    INDArray gradient = Nd4jViews.rowsOf(outputGradient);
    INDArray variances = Nd4jViews.of(variance);
    INDArray centred = Nd4jViews.rowsOf(input).subColumnVector(Nd4jViews.of(mean));
    INDArray normalised = divided(centred, variances, epsilon);
    INDArray scaled = gradient.mulRowVector(Nd4jViews.of(gain));
    INDArray projection = scaled.mul(normalised).mean(1);
    INDArray result =
        scaled.subColumnVector(scaled.mean(1)).sub(normalised.mulColumnVector(projection));
    write(divided(result, variances, epsilon), inputGradient, accumulate);
    Nd4jViews.of(gainGradient).addi(gradient.mul(normalised).sum(0));
    if (biasGradient != null) {
      Nd4jViews.of(biasGradient).addi(gradient.sum(0));
    }
  }

  void rmsNormForward(Tensor input, Tensor gain, double epsilon, Tensor output, Tensor meanSquare) {
    INDArray x = Nd4jViews.rowsOf(input);
    INDArray meanSquares = x.mul(x).mean(1);
    Nd4jViews.of(meanSquare).assign(meanSquares);
    INDArray normalised = divided(x, meanSquares, epsilon);
    Nd4jViews.rowsOf(output).assign(normalised.mulRowVector(Nd4jViews.of(gain)));
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
    INDArray gradient = Nd4jViews.rowsOf(outputGradient);
    INDArray meanSquares = Nd4jViews.of(meanSquare);
    INDArray normalised = divided(Nd4jViews.rowsOf(input), meanSquares, epsilon);
    INDArray scaled = gradient.mulRowVector(Nd4jViews.of(gain));
    INDArray projection = scaled.mul(normalised).mean(1);
    INDArray result = scaled.sub(normalised.mulColumnVector(projection));
    write(divided(result, meanSquares, epsilon), inputGradient, accumulate);
    Nd4jViews.of(gainGradient).addi(gradient.mul(normalised).sum(0));
  }

  /** rows / sqrt(squares + epsilon). */
  private static INDArray divided(INDArray rows, INDArray squares, double epsilon) {
    return rows.divColumnVector(Transforms.sqrt(squares.add(epsilon), true));
  }

  private static void write(INDArray result, Tensor target, boolean accumulate) {
    INDArray rows = Nd4jViews.rowsOf(target);
    rows.assign(accumulate ? rows.add(result) : result);
  }
}
