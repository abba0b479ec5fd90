package dev.kindling.model.dl4j;

import dev.kindling.model.arch.NetworkConfig;
import dev.kindling.model.arch.NetworkConfig.Kind;
import dev.kindling.model.batch.Batch;
import dev.kindling.model.batch.CausalBatch;
import dev.kindling.model.nn.ParameterStore;
import dev.kindling.model.random.CounterBasedRandom;
import dev.kindling.model.tensor.DType;

/** Small networks of odd sizes, and batches for them. */
final class Networks {
  private static final int VOCAB_SIZE = 13;
  private static final int CONTEXT_LENGTH = 11;

  private Networks() {}

  /** Widths that differ where the kind allows it. */
  static NetworkConfig of(Kind kind) {
    int hiddenSize = kind == Kind.ELMO ? 5 : 7;
    return new NetworkConfig(kind, VOCAB_SIZE, CONTEXT_LENGTH, 2, 5, hiddenSize, 3, 0);
  }

  /** Parameters all of which matter: biases are not 0 either. */
  static ParameterStore parameters(NetworkConfig network) {
    ParameterStore store = ParameterStore.allocate(network.layout(), DType.F32);
    network.initialize(store, 17);
    for (long i = 0; i < store.numParameters(); i++) {
      float noise = (float) (CounterBasedRandom.uniform(3, i) - 0.5);
      store.flat().setFloat(i, store.flat().getFloat(i) + noise);
    }
    return store;
  }

  /** Random tokens, of which some targets are not counted; the last row ends early. */
  static CausalBatch batch(int size, int length) {
    int[] inputs = new int[size * length];
    int[] targets = new int[inputs.length];
    for (int i = 0; i < inputs.length; i++) {
      inputs[i] = token(i);
      boolean ignored = i % 7 == 3 || i > inputs.length - 3;
      targets[i] = ignored ? Batch.IGNORED : token(i + 1);
    }
    return new CausalBatch(size, length, inputs, targets);
  }

  private static int token(int i) {
    return (int) (CounterBasedRandom.uniform(5, i) * VOCAB_SIZE);
  }
}
