package dev.kindling.model.arch;

import dev.kindling.model.nn.ParameterStore;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The parameters of a network in the order of DL4J's flat vector, layer by layer. */
final class NetworkLayout {
  private static final long LSTM_GATES = 4;

  private final NetworkConfig config;
  private final List<ParameterStore.Slice> slices = new ArrayList<>();
  private long offset;

  private NetworkLayout(NetworkConfig config) {
    this.config = config;
  }

  static List<ParameterStore.Slice> of(NetworkConfig config) {
    return new NetworkLayout(config).build();
  }

  private List<ParameterStore.Slice> build() {
    add("embedding.weight", config.embeddingSize(), config.vocabSize());
    for (int layer = 0; layer < config.numLayers(); layer++) {
      addLayer("layers." + layer + ".", config.inputSize(layer), layer);
    }
    add("lm_head.weight", config.vocabSize(), config.hiddenSize());
    add("lm_head.bias", config.vocabSize());
    return List.copyOf(slices);
  }

  private void addLayer(String prefix, int inputSize, int layer) {
    switch (config.kind()) {
      case FEEDFORWARD -> addConvolution(prefix, layer == 0 ? config.window() : 1, inputSize);
      case CONVOLUTIONAL -> {
        addConvolution(prefix + "linear.", config.window(), inputSize);
        addConvolution(prefix + "gate.", config.window(), inputSize);
      }
      case RECURRENT -> addRecurrent(prefix, config.hiddenSize(), inputSize);
      case LSTM -> addRecurrent(prefix, LSTM_GATES * config.hiddenSize(), inputSize);
      case ELMO -> {
        addRecurrent(prefix + "forward.", LSTM_GATES * config.hiddenSize(), inputSize);
        addRecurrent(prefix + "backward.", LSTM_GATES * config.hiddenSize(), inputSize);
      }
    }
  }

  private void addConvolution(String prefix, long window, long inputSize) {
    add(prefix + "bias", config.hiddenSize());
    add(prefix + "kernel", window, inputSize, config.hiddenSize());
  }

  private void addRecurrent(String prefix, long outputSize, long inputSize) {
    add(prefix + "weight_ih", outputSize, inputSize);
    add(prefix + "weight_hh", outputSize, config.hiddenSize());
    add(prefix + "bias", outputSize);
  }

  private void add(String name, long... shape) {
    ParameterStore.Slice slice =
        new ParameterStore.Slice(name, offset, Arrays.stream(shape).boxed().toList());
    slices.add(slice);
    try {
      offset = Math.addExact(offset, slice.numElements());
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(
          "The parameters up to " + name + " are more than 64 bits can count", e);
    }
  }
}
