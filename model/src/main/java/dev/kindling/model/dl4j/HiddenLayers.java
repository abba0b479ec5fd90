package dev.kindling.model.dl4j;

import dev.kindling.model.arch.NetworkConfig;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.layers.Convolution1DLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.nd4j.linalg.activations.Activation;

/**
 * Adds hidden layers to a graph. All of them read and write [B, width, T], and are causal.
 *
 * @param training what they have to be trained with
 */
record HiddenLayers(GraphBuilder graph, NetworkConfig network, TrainingSettings training) {
  /**
   * Adds one layer.
   *
   * @param layer counted from 0
   * @param direction the layer's name goes on with this, if it is not empty
   * @param input the vertex that it reads
   * @return the vertex that it writes
   */
  String add(int layer, String direction, String input) {
    String name = name(layer, direction);
    int inputSize = network.inputSize(layer);
    switch (network.kind()) {
      // A convolution over the concatenated embeddings of the last tokens is Bengio's hidden layer,
      // shared by all positions.
      case FEEDFORWARD ->
          graph.addLayer(
              name,
              convolution(layer == 0 ? network.window() : 1, inputSize, Activation.TANH),
              input);
      case CONVOLUTIONAL -> addGatedConvolution(name, inputSize, input);
      case RECURRENT ->
          graph.addLayer(
              name, withCommon(new SimpleRnn.Builder(), inputSize, Activation.TANH).build(), input);
      case LSTM, ELMO ->
          graph.addLayer(
              name,
              withCommon(new LSTM.Builder(), inputSize, Activation.TANH)
                  .gateActivationFunction(Activation.SIGMOID)
                  .build(),
              input);
    }
    return name;
  }

  /** The vertex that a layer writes. */
  static String name(int layer, String direction) {
    return "layers." + layer + (direction.isEmpty() ? "" : "." + direction);
  }

  /** {@code (W ∗ x + b) ⊗ σ(V ∗ x + c)}, plus the input where it is as wide. */
  private void addGatedConvolution(String name, int inputSize, String input) {
    String linear = name + ".linear";
    String gate = name + ".gate";
    boolean residual = inputSize == network.hiddenSize();
    String product = residual ? name + ".product" : name;
    int window = network.window();
    graph
        .addLayer(linear, convolution(window, inputSize, Activation.IDENTITY), input)
        .addLayer(gate, convolution(window, inputSize, Activation.SIGMOID), input)
        .addVertex(product, new ElementWiseVertex(ElementWiseVertex.Op.Product), linear, gate);
    if (residual) {
      graph.addVertex(name, new ElementWiseVertex(ElementWiseVertex.Op.Add), product, input);
    }
  }

  private Convolution1DLayer convolution(int window, int inputSize, Activation activation) {
    return withCommon(new Convolution1DLayer.Builder(window), inputSize, activation)
        .convolutionMode(ConvolutionMode.Causal)
        .build();
  }

  private <B extends FeedForwardLayer.Builder<B>> B withCommon(
      B builder, int inputSize, Activation activation) {
    builder.nIn(inputSize).nOut(network.hiddenSize()).activation(activation);
    return training.appliedTo(builder);
  }
}
