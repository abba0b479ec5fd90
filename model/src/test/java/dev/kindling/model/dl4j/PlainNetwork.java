package dev.kindling.model.dl4j;

import dev.kindling.model.arch.NetworkConfig;
import dev.kindling.model.batch.Batch;
import dev.kindling.model.nn.ParameterStore;
import dev.kindling.model.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** The forward pass of one sequence, written out in loops over the named parameters, in double. */
record PlainNetwork(NetworkConfig network, ParameterStore parameters) {
  /** The embeddings and every hidden layer, [T][width] each; of ELMo those of one direction. */
  List<double[][]> layers(int[] tokens, String direction) {
    List<double[][]> layers = new ArrayList<>();
    layers.add(embeddings(tokens));
    for (int layer = 0; layer < network.numLayers(); layer++) {
      String prefix = "layers." + layer + "." + (direction.isEmpty() ? "" : direction + ".");
      double[][] inputs = layers.get(layer);
      layers.add(
          switch (network.kind()) {
            case FEEDFORWARD -> map(convolution(prefix, inputs), Math::tanh);
            case CONVOLUTIONAL -> gatedConvolution(prefix, inputs);
            case RECURRENT -> recurrent(prefix, inputs);
            case LSTM, ELMO -> lstm(prefix, inputs);
          });
    }
    return layers;
  }

  /** The top layer of the direction that predicts the next token. */
  double[][] hidden(int[] tokens) {
    String direction = network.kind() == NetworkConfig.Kind.ELMO ? "forward" : "";
    return layers(tokens, direction).get(network.numLayers());
  }

  /** [T][V]. */
  double[][] logits(double[][] hidden) {
    double[][] logits = new double[hidden.length][];
    for (int t = 0; t < hidden.length; t++) {
      logits[t] = linear("lm_head.weight", hidden[t]);
      addInPlace(logits[t], vector("lm_head.bias"));
    }
    return logits;
  }

  /** [T], 0 where the target is not counted. */
  double[] losses(double[][] logits, int[] targets) {
    double[] losses = new double[targets.length];
    for (int t = 0; t < targets.length; t++) {
      if (targets[t] != Batch.IGNORED) {
        double sum = 0;
        for (double logit : logits[t]) {
          sum += Math.exp(logit);
        }
        losses[t] = Math.log(sum) - logits[t][targets[t]];
      }
    }
    return losses;
  }

  private double[][] embeddings(int[] tokens) {
    double[][] embeddings = new double[tokens.length][network.embeddingSize()];
    double[] table = vector("embedding.weight");
    for (int t = 0; t < tokens.length; t++) {
      for (int c = 0; c < network.embeddingSize(); c++) {
        embeddings[t][c] = table[c * network.vocabSize() + tokens[t]];
      }
    }
    return embeddings;
  }

  private double[][] gatedConvolution(String prefix, double[][] inputs) {
    double[][] outputs = convolution(prefix + "linear.", inputs);
    double[][] gates = map(convolution(prefix + "gate.", inputs), PlainNetwork::sigmoid);
    for (int t = 0; t < outputs.length; t++) {
      for (int i = 0; i < outputs[t].length; i++) {
        outputs[t][i] *= gates[t][i];
        outputs[t][i] += inputs[t].length == outputs[t].length ? inputs[t][i] : 0;
      }
    }
    return outputs;
  }

  private double[][] convolution(String prefix, double[][] inputs) {
    Tensor kernel = parameters.tensor(prefix + "kernel");
    double[] weights = kernel.toDoubles();
    int window = (int) kernel.dim(0);
    int inputSize = (int) kernel.dim(1);
    int outputSize = (int) kernel.dim(2);
    double[][] outputs = new double[inputs.length][];
    for (int t = 0; t < inputs.length; t++) {
      outputs[t] = vector(prefix + "bias");
      for (int tap = 0; tap < window; tap++) {
        int source = t - (window - 1) + tap;
        for (int i = 0; source >= 0 && i < inputSize; i++) {
          for (int o = 0; o < outputSize; o++) {
            outputs[t][o] += weights[(tap * inputSize + i) * outputSize + o] * inputs[source][i];
          }
        }
      }
    }
    return outputs;
  }

  private double[][] recurrent(String prefix, double[][] inputs) {
    double[][] outputs = new double[inputs.length][];
    double[] state = new double[network.hiddenSize()];
    for (int t = 0; t < inputs.length; t++) {
      state = map(new double[][] {gates(prefix, inputs[t], state)}, Math::tanh)[0];
      outputs[t] = state;
    }
    return outputs;
  }

  private double[][] lstm(String prefix, double[][] inputs) {
    int size = network.hiddenSize();
    double[][] outputs = new double[inputs.length][size];
    double[] state = new double[size];
    double[] cell = new double[size];
    for (int t = 0; t < inputs.length; t++) {
      double[] gates = gates(prefix, inputs[t], state);
      for (int i = 0; i < size; i++) {
        double candidate = Math.tanh(gates[i]);
        double forget = sigmoid(gates[size + i]);
        double output = sigmoid(gates[2 * size + i]);
        double input = sigmoid(gates[3 * size + i]);
        cell[i] = forget * cell[i] + input * candidate;
        outputs[t][i] = output * Math.tanh(cell[i]);
      }
      state = outputs[t];
    }
    return outputs;
  }

  private double[] gates(String prefix, double[] input, double[] state) {
    double[] gates = linear(prefix + "weight_ih", input);
    addInPlace(gates, linear(prefix + "weight_hh", state));
    addInPlace(gates, vector(prefix + "bias"));
    return gates;
  }

  /** A matrix [out, in] times a vector. */
  private double[] linear(String name, double[] input) {
    double[] weights = vector(name);
    double[] output = new double[weights.length / input.length];
    for (int o = 0; o < output.length; o++) {
      for (int i = 0; i < input.length; i++) {
        output[o] += weights[o * input.length + i] * input[i];
      }
    }
    return output;
  }

  private double[] vector(String name) {
    return parameters.tensor(name).toDoubles();
  }

  private static void addInPlace(double[] sum, double[] addend) {
    for (int i = 0; i < sum.length; i++) {
      sum[i] += addend[i];
    }
  }

  private static double[][] map(
      double[][] values, java.util.function.DoubleUnaryOperator function) {
    double[][] mapped = new double[values.length][];
    for (int t = 0; t < values.length; t++) {
      mapped[t] = java.util.Arrays.stream(values[t]).map(function).toArray();
    }
    return mapped;
  }

  private static double sigmoid(double value) {
    return 1 / (1 + Math.exp(-value));
  }
}
