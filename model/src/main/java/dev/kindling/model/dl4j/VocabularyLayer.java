package dev.kindling.model.dl4j;

import dev.kindling.model.arch.NetworkConfig;
import dev.kindling.model.nn.ParameterStore;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The output layer of a network, for some rows of hidden states at a time. */
final class VocabularyLayer implements AutoCloseable {
  private final int hiddenSize;
  private final INDArray weight;
  private final INDArray bias;

  /** Copies the parameters. */
  VocabularyLayer(NetworkConfig network, ParameterStore source) {
    this.hiddenSize = network.hiddenSize();
    this.weight = FlatParameters.copyOf(source, slice -> slice.name().equals("lm_head.weight"));
    this.bias = FlatParameters.copyOf(source, slice -> slice.name().equals("lm_head.bias"));
  }

  /**
   * Logits of some rows.
   *
   * @param hidden [… × H]
   * @param rows which rows of it
   * @return [rows × V]
   */
  float[] logits(float[] hidden, int[] rows) {
    return InferenceMemory.compute(() -> InferenceMemory.floats(array(hidden, rows)));
  }

  /**
   * Cross-entropies of some rows.
   *
   * @param targets [rows]
   * @return [rows], in nats
   */
  double[] losses(float[] hidden, int[] rows, int[] targets) {
    return InferenceMemory.compute(
        () -> SparseCrossEntropy.lossesInPlace(array(hidden, rows), targets));
  }

  private INDArray array(float[] hidden, int[] rows) {
    float[] selected = new float[rows.length * hiddenSize];
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(hidden, rows[i] * hiddenSize, selected, i * hiddenSize, hiddenSize);
    }
    INDArray matrix = weight.reshape('c', bias.length(), hiddenSize);
    INDArray logits = Nd4j.createUninitialized(DataType.FLOAT, rows.length, bias.length());
    Nd4j.matmul(
        Nd4j.createFromArray(selected).reshape(rows.length, hiddenSize),
        matrix,
        logits,
        false,
        true,
        false);
    return logits.addiRowVector(bias);
  }

  @Override
  public void close() {
    weight.close();
    bias.close();
  }
}
