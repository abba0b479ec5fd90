package dev.kindling.model.backend.onednn;

import dev.kindling.model.backend.Activation;
import dev.kindling.model.backend.onednn.Primitives.Binary;
import dev.kindling.model.backend.onednn.Primitives.Elementwise;
import dev.kindling.model.backend.onednn.Primitives.ElementwiseBackward;
import dev.kindling.model.tensor.Scratch;
import dev.kindling.model.tensor.Tensor;
import org.bytedeco.dnnl.global.dnnl;

/** Activations, plain and gated, element by element. */
final class OneDnnActivations implements AutoCloseable {
  private final Primitives primitives;
  private final Scratch temporary = new Scratch();

  OneDnnActivations(Primitives primitives) {
    this.primitives = primitives;
  }

  private static int algorithm(Activation activation) {
    return switch (activation) {
      case GELU_TANH -> dnnl.dnnl_eltwise_gelu_tanh;
      case GELU_ERF -> dnnl.dnnl_eltwise_gelu_erf;
      case RELU -> dnnl.dnnl_eltwise_relu;
      case SILU -> dnnl.dnnl_eltwise_swish;
      case TANH -> dnnl.dnnl_eltwise_tanh;
    };
  }

  void forward(Activation activation, Tensor input, Tensor output) {
    primitives
        .get(new Elementwise(Layout.flat(input), algorithm(activation)))
        .execute(input.address(), output.address());
  }

  void backward(Activation activation, Tensor outputGradient, Tensor input, Tensor inputGradient) {
    primitives
        .get(new ElementwiseBackward(Layout.flat(input), algorithm(activation)))
        .execute(input.address(), outputGradient.address(), inputGradient.address());
  }

  void gatedForward(Activation activation, Tensor gate, Tensor up, Tensor output) {
    forward(activation, gate, output);
    multiply(output, up, output);
  }

  void gatedBackward(
      Activation activation,
      Tensor outputGradient,
      Tensor gate,
      Tensor up,
      Tensor gateGradient,
      Tensor upGradient) {
    forward(activation, gate, upGradient);
    multiply(upGradient, outputGradient, upGradient);
    Tensor activatedGradient = temporary.tensor(gate.dtype(), gate.shape());
    multiply(outputGradient, up, activatedGradient);
    backward(activation, activatedGradient, gate, gateGradient);
  }

  private void multiply(Tensor left, Tensor right, Tensor product) {
    Layout flat = Layout.flat(left);
    primitives
        .get(new Binary(flat, flat, flat, dnnl.dnnl_binary_mul))
        .execute(left.address(), right.address(), product.address());
  }

  @Override
  public void close() {
    temporary.close();
  }
}
