package dev.kindling.model.backend.nd4j;

import dev.kindling.model.tensor.Tensor;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/** Layer norm and RMS norm as their formulas. */
final class Nd4jNorms {
  private final Nd4jViews views;

  Nd4jNorms(Nd4jViews views) {
    this.views = views;
  }

  void layerNormForward(
      Tensor input,
      Tensor gain,
      Tensor bias,
      double epsilon,
      Tensor output,
      Tensor mean,
      Tensor variance) {
    INDArray x = views.rowsOf(input);
    INDArray means = x.mean(1);
    INDArray centred = x.subColumnVector(means);
    INDArray variances = centred.mul(centred).mean(1);
    views.set(mean, means);
    views.set(variance, variances);
    INDArray result = divided(centred, variances, epsilon).mulRowVector(views.of(gain));
    if (bias != null) {
      result = result.addRowVector(views.of(bias));
    }
    views.set(output, result);
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
    INDArray gradient = views.rowsOf(outputGradient);
    INDArray variances = views.of(variance);
    INDArray centred = views.rowsOf(input).subColumnVector(views.of(mean));
    INDArray normalised = divided(centred, variances, epsilon);
    INDArray scaled = gradient.mulRowVector(views.of(gain));
    INDArray projection = scaled.mul(normalised).mean(1);
    INDArray result =
        scaled.subColumnVector(scaled.mean(1)).sub(normalised.mulColumnVector(projection));
    write(divided(result, variances, epsilon), inputGradient, accumulate);
    views.add(gainGradient, gradient.mul(normalised).sum(0));
    if (biasGradient != null) {
      views.add(biasGradient, gradient.sum(0));
    }
  }

  void rmsNormForward(Tensor input, Tensor gain, double epsilon, Tensor output, Tensor meanSquare) {
    INDArray x = views.rowsOf(input);
    INDArray meanSquares = x.mul(x).mean(1);
    views.set(meanSquare, meanSquares);
    INDArray normalised = divided(x, meanSquares, epsilon);
    views.set(output, normalised.mulRowVector(views.of(gain)));
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
    INDArray gradient = views.rowsOf(outputGradient);
    INDArray meanSquares = views.of(meanSquare);
    INDArray normalised = divided(views.rowsOf(input), meanSquares, epsilon);
    INDArray scaled = gradient.mulRowVector(views.of(gain));
    INDArray projection = scaled.mul(normalised).mean(1);
    INDArray result = scaled.sub(normalised.mulColumnVector(projection));
    write(divided(result, meanSquares, epsilon), inputGradient, accumulate);
    views.add(gainGradient, gradient.mul(normalised).sum(0));
  }

  /** rows / sqrt(squares + epsilon). */
  private static INDArray divided(INDArray rows, INDArray squares, double epsilon) {
    return rows.divColumnVector(Transforms.sqrt(squares.add(epsilon), true));
  }

  private void write(INDArray result, Tensor target, boolean accumulate) {
    views.set(target, accumulate ? views.rowsOf(target).add(result) : result);
  }
}
