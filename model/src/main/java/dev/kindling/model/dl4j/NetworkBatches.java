package dev.kindling.model.dl4j;

import dev.kindling.model.arch.NetworkConfig;
import dev.kindling.model.batch.Batch;
import dev.kindling.model.batch.CausalBatch;
import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;

/** What DL4J is fed: features [B, T] and labels [B, 1, T] of token ids, 32-bit integers. */
public final class NetworkBatches {
  private NetworkBatches() {}

  /**
   * The batch as a network of this kind reads it. ELMo gets 2B rows: behind the sequences the same
   * ones backwards, each by its own length (up to its last counted target), so that the pairs of
   * neighbours that are predicted are the same.
   *
   * @throws IllegalArgumentException if the batch is longer than the context, or its ids do not fit
   *     the vocabulary
   */
  public static MultiDataSet of(NetworkConfig network, CausalBatch batch) {
    batch.requireVocabulary(network.vocabSize());
    if (batch.length() > network.contextLength()) {
      throw new IllegalArgumentException(
          "A batch of "
              + batch.length()
              + " tokens was given: expected at most the context length "
              + network.contextLength());
    }
    return network.kind() == NetworkConfig.Kind.ELMO
        ? dataSet(2 * batch.size(), batch.length(), bothWays(batch))
        : dataSet(batch.size(), batch.length(), batch);
  }

  private static MultiDataSet dataSet(int size, int length, CausalBatch batch) {
    return new MultiDataSet(
        array(batch.inputs(), size, length), array(batch.targets(), size, 1, length));
  }

  /** Not a view, which layers would copy. */
  static INDArray array(int[] ids, long... shape) {
    return Nd4j.create(Nd4j.createTypedBuffer(ids, DataType.INT32), shape);
  }

  private static CausalBatch bothWays(CausalBatch batch) {
    int numTokens = batch.inputs().length;
    int[] inputs = Arrays.copyOf(batch.inputs(), 2 * numTokens);
    int[] targets = Arrays.copyOf(batch.targets(), 2 * numTokens);
    Arrays.fill(targets, numTokens, 2 * numTokens, Batch.IGNORED);
    for (int first = 0; first < numTokens; first += batch.length()) {
      int length = countedLength(batch, first);
      for (int t = 0; t < length; t++) {
        int source = first + length - 1 - t;
        inputs[numTokens + first + t] =
            t == 0 ? batch.targets()[source] : batch.inputs()[source + 1];
        boolean counted = batch.targets()[source] != Batch.IGNORED;
        targets[numTokens + first + t] = counted ? batch.inputs()[source] : Batch.IGNORED;
      }
    }
    return new CausalBatch(2 * batch.size(), batch.length(), inputs, targets);
  }

  /** Tokens up to the last one that has a counted target. */
  private static int countedLength(CausalBatch batch, int first) {
    int length = batch.length();
    while (length > 0 && batch.targets()[first + length - 1] == Batch.IGNORED) {
      length--;
    }
    return length;
  }
}
