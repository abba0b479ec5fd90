package dev.kindling.model.backend.nd4j;

import dev.kindling.model.backend.Activation;
import dev.kindling.model.tensor.Tensor;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Erf;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/** Activations and their derivatives as formulas. */
final class Nd4jActivations {
  private static final double ROOT_OF_2_BY_PI = Math.sqrt(2 / Math.PI);
  private static final double CUBIC = 0.044715;

  private final Nd4jViews views;

  Nd4jActivations(Nd4jViews views) {
    this.views = views;
  }

  void forward(Activation activation, Tensor input, Tensor output) {
    views.set(output, value(activation, views.flat(input)));
  }

  void backward(Activation activation, Tensor outputGradient, Tensor input, Tensor inputGradient) {
    INDArray derivative = derivative(activation, views.flat(input));
    views.set(inputGradient, derivative.mul(views.flat(outputGradient)));
  }

  void gatedForward(Activation activation, Tensor gate, Tensor up, Tensor output) {
    INDArray opened = value(activation, views.flat(gate));
    views.set(output, opened.mul(views.flat(up)));
  }

  void gatedBackward(
      Activation activation,
      Tensor outputGradient,
      Tensor gate,
      Tensor up,
      Tensor gateGradient,
      Tensor upGradient) {
    INDArray gradient = views.flat(outputGradient);
    INDArray gates = views.flat(gate);
    INDArray gateResult = derivative(activation, gates).mul(views.flat(up)).mul(gradient);
    INDArray upResult = value(activation, gates).mul(gradient);
    views.set(gateGradient, gateResult);
    views.set(upGradient, upResult);
  }

  private static INDArray value(Activation activation, INDArray x) {
    return switch (activation) {
      case GELU_TANH -> innerTanh(x).add(1).mul(x).mul(0.5);
      case GELU_ERF -> x.mul(normalDistribution(x));
      case RELU -> x.mul(isPositive(x));
      case SILU -> x.mul(sigmoid(x));
      case TANH -> Transforms.tanh(x, true);
    };
  }

  private static INDArray derivative(Activation activation, INDArray x) {
    return switch (activation) {
      case GELU_TANH -> {
        INDArray tanh = innerTanh(x);
        INDArray inner = x.mul(x).mul(3 * CUBIC).add(1).mul(ROOT_OF_2_BY_PI);
        yield tanh.mul(tanh).rsub(1).mul(inner).mul(x).add(tanh).add(1).mul(0.5);
      }
      case GELU_ERF -> {
        INDArray density = Transforms.exp(x.mul(x).mul(-0.5), true).div(Math.sqrt(2 * Math.PI));
        yield normalDistribution(x).add(x.mul(density));
      }
      case RELU -> isPositive(x);
      case SILU -> {
        INDArray sigmoid = sigmoid(x);
        yield sigmoid.rsub(1).mul(x).add(1).mul(sigmoid);
      }
      case TANH -> {
        INDArray tanh = Transforms.tanh(x, true);
        yield tanh.mul(tanh).rsub(1);
      }
    };
  }

  private static INDArray innerTanh(INDArray x) {
    INDArray cube = x.mul(x).mul(x).mul(CUBIC);
    return Transforms.tanh(cube.add(x).mul(ROOT_OF_2_BY_PI), true);
  }

  private static INDArray normalDistribution(INDArray x) {
    INDArray scaled = x.mul(Math.sqrt(0.5));
    return Nd4j.getExecutioner().exec(new Erf(scaled, scaled.ulike())).add(1).mul(0.5);
  }

  private static INDArray sigmoid(INDArray x) {
    return Transforms.exp(x.neg(), true).add(1).rdiv(1);
  }

  /** 1 or 0. */
  private static INDArray isPositive(INDArray x) {
    return x.gt(0).castTo(x.dataType());
  }
}
