package dev.kindling.model.io;

import dev.kindling.model.io.SafetensorsHeader.StoredTensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What Hugging Face's GPT-2 computes from the tensors of a file, written down a second time: in
 * double, one number after the other, with every bias.
 */
final class Gpt2Formulas {
  private final byte[] file;
  private final SafetensorsHeader header;
  private final int numLayers;
  private final int numHeads;

  Gpt2Formulas(byte[] file, SafetensorsHeader header, int numLayers, int numHeads) {
    this.file = file;
    this.header = header;
    this.numLayers = numLayers;
    this.numHeads = numHeads;
  }

  /** The logits after the last of {@code ids}. */
  double[] logits(int[] ids) {
    double[][] tokens = matrix("wte.weight");
    double[][] positions = matrix("wpe.weight");
    double[][] stream = new double[ids.length][];
    for (int t = 0; t < ids.length; t++) {
      stream[t] = sum(tokens[ids[t]], positions[t]);
    }
    for (int layer = 0; layer < numLayers; layer++) {
      String block = "h." + layer + ".";
      double[][] attended = attention(block + "attn.", norm(block + "ln_1", stream));
      for (int t = 0; t < ids.length; t++) {
        stream[t] = sum(stream[t], attended[t]);
      }
      double[][] hidden = linear(block + "mlp.c_fc", norm(block + "ln_2", stream));
      for (double[] row : hidden) {
        for (int i = 0; i < row.length; i++) {
          double x = row[i];
          row[i] = 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
        }
      }
      double[][] projected = linear(block + "mlp.c_proj", hidden);
      for (int t = 0; t < ids.length; t++) {
        stream[t] = sum(stream[t], projected[t]);
      }
    }
    double[] last = norm("ln_f", stream)[ids.length - 1];
    double[] logits = new double[tokens.length];
    for (int id = 0; id < tokens.length; id++) {
      for (int i = 0; i < last.length; i++) {
        logits[id] += last[i] * tokens[id][i];
      }
    }
    return logits;
  }

  private double[][] attention(String name, double[][] x) {
    int width = x[0].length;
    int headSize = width / numHeads;
    double[][] qkv = linear(name + "c_attn", x);
    double[][] mixed = new double[x.length][width];
    for (int head = 0; head < numHeads; head++) {
      int q = head * headSize;
      int k = width + q;
      int v = 2 * width + q;
      for (int t = 0; t < x.length; t++) {
        double[] weights = new double[t + 1];
        double total = 0;
        for (int s = 0; s <= t; s++) {
          double score = 0;
          for (int i = 0; i < headSize; i++) {
            score += qkv[t][q + i] * qkv[s][k + i];
          }
          weights[s] = Math.exp(score / Math.sqrt(headSize));
          total += weights[s];
        }
        for (int s = 0; s <= t; s++) {
          for (int i = 0; i < headSize; i++) {
            mixed[t][q + i] += weights[s] / total * qkv[s][v + i];
          }
        }
      }
    }
    return linear(name + "c_proj", mixed);
  }

  private double[][] linear(String name, double[][] x) {
    double[][] weight = matrix(name + ".weight");
    double[] bias = matrix(name + ".bias")[0];
    double[][] y = new double[x.length][];
    for (int t = 0; t < x.length; t++) {
      y[t] = bias.clone();
      for (int in = 0; in < weight.length; in++) {
        for (int out = 0; out < bias.length; out++) {
          y[t][out] += x[t][in] * weight[in][out];
        }
      }
    }
    return y;
  }

  private double[][] norm(String name, double[][] x) {
    double[] weight = matrix(name + ".weight")[0];
    double[] bias = matrix(name + ".bias")[0];
    double[][] y = new double[x.length][weight.length];
    for (int t = 0; t < x.length; t++) {
      double mean = 0;
      for (double value : x[t]) {
        mean += value / weight.length;
      }
      double variance = 0;
      for (double value : x[t]) {
        variance += (value - mean) * (value - mean) / weight.length;
      }
      for (int i = 0; i < weight.length; i++) {
        y[t][i] = (x[t][i] - mean) / Math.sqrt(variance + 1e-5) * weight[i] + bias[i];
      }
    }
    return y;
  }

  /** A stored tensor as rows; one row where it has one dim. */
  private double[][] matrix(String name) {
    StoredTensor tensor = header.find("transformer." + name).orElseThrow();
    int numColumns = tensor.shape().get(tensor.shape().size() - 1).intValue();
    ByteBuffer bytes =
        ByteBuffer.wrap(file, (int) tensor.position(), (int) tensor.numBytes())
            .order(ByteOrder.LITTLE_ENDIAN);
    double[][] rows = new double[(int) tensor.numBytes() / 4 / numColumns][numColumns];
    for (double[] row : rows) {
      for (int i = 0; i < numColumns; i++) {
        row[i] = bytes.getFloat();
      }
    }
    return rows;
  }

  private static double[] sum(double[] a, double[] b) {
    double[] sum = new double[a.length];
    for (int i = 0; i < a.length; i++) {
      sum[i] = a[i] + b[i];
    }
    return sum;
  }
}
