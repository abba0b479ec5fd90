package dev.kindling.model.arch;

import dev.kindling.model.nn.ParameterStore;
import dev.kindling.model.tensor.Tensor;

/**
 * The first parameters of a network: normal with the deviation of Glorot and Bengio 2010, {@code
 * sqrt(2 / (inputs + outputs))}, biases 0, and forget gates open with a bias of 1 (Jozefowicz et
 * al. 2015). Embeddings have the deviation 1 that those presume of what a layer reads: an LSTM
 * whose gates read little learns little for hundreds of steps. Every element comes from its own
 * counter, as in {@link ModelInitializer}.
 */
final class NetworkInitializer {
  private NetworkInitializer() {}

  /** Fills F32 parameters. */
  static void initialize(NetworkConfig network, ParameterStore parameters, long seed) {
    for (ParameterStore.Slice slice : parameters.slices()) {
      Tensor target = parameters.tensor(slice);
      if (slice.shape().size() > 1) {
        ModelInitializer.fillNormal(target, deviation(network, slice), seed, slice.name());
      } else {
        ModelInitializer.fill(target, 0);
        if (slice.shape().get(0) > network.hiddenSize() && isOfLayer(slice)) {
          openForgetGates(target, network.hiddenSize());
        }
      }
    }
  }

  private static boolean isOfLayer(ParameterStore.Slice slice) {
    return slice.name().startsWith("layers.");
  }

  /** The second quarter of an LSTM's bias. */
  private static void openForgetGates(Tensor bias, int hiddenSize) {
    ModelInitializer.fill(bias.slice(hiddenSize, hiddenSize), 1);
  }

  private static double deviation(NetworkConfig network, ParameterStore.Slice slice) {
    String name = slice.name();
    if (name.equals("embedding.weight")) {
      return 1;
    }
    if (name.endsWith("kernel")) {
      long window = slice.shape().get(0);
      return glorot(window * slice.shape().get(1), window * slice.shape().get(2));
    }
    // Each gate of an LSTM is a layer of its own.
    long outputs = isOfLayer(slice) ? network.hiddenSize() : slice.shape().get(0);
    return glorot(slice.shape().get(1), outputs);
  }

  private static double glorot(long inputs, long outputs) {
    return Math.sqrt(2.0 / (inputs + outputs));
  }
}
