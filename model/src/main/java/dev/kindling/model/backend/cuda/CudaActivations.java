package dev.kindling.model.backend.cuda;

import dev.kindling.model.backend.Activation;
import dev.kindling.model.tensor.Tensor;
import java.util.Locale;

/** Activations, plain and gated, element by element. */
final class CudaActivations {
  private final ElementKernels kernels;

  CudaActivations(CudaEngine engine) {
    this.kernels = new ElementKernels(engine, "activations");
  }

  void forward(Activation activation, Tensor input, Tensor output) {
    start(activation, "forward", input, output);
  }

  void backward(Activation activation, Tensor outputGradient, Tensor input, Tensor inputGradient) {
    start(activation, "backward", outputGradient, input, inputGradient);
  }

  void gatedForward(Activation activation, Tensor gate, Tensor up, Tensor output) {
    start(activation, "gated_forward", gate, up, output);
  }

  void gatedBackward(
      Activation activation,
      Tensor outputGradient,
      Tensor gate,
      Tensor up,
      Tensor gateGradient,
      Tensor upGradient) {
    start(activation, "gated_backward", outputGradient, gate, up, gateGradient, upGradient);
  }

  private void start(Activation activation, String pass, Tensor... tensors) {
    String name = activation.name().toLowerCase(Locale.ROOT) + "_" + pass;
    kernels.over(tensors[0].dtype(), name, tensors).start();
  }
}
