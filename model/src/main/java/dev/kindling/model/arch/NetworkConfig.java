package dev.kindling.model.arch;

import dev.kindling.model.nn.ParameterStore;
import java.util.List;
import java.util.Locale;

/**
 * The shape of a network of the generations before the Transformer. All of them look tokens up in a
 * table of embeddings, make hidden states of them layer by layer, and predict the next token with
 * one linear layer and a softmax.
 *
 * @param kind what the hidden layers are
 * @param vocabSize V, the number of token ids
 * @param contextLength T, the longest sequence
 * @param numLayers the number of hidden layers; ELMo has as many in each direction
 * @param embeddingSize C, the width of an embedding
 * @param hiddenSize H, the width of a hidden layer; 0 becomes C
 * @param window how many tokens one step of a feedforward or convolutional layer sees, itself
 *     included; without a meaning in the other kinds, where it becomes 0
 * @param dropout the probability with which training drops an input of a hidden layer or of the
 *     output layer, from 0 to below 1
 */
public record NetworkConfig(
    Kind kind,
    int vocabSize,
    int contextLength,
    int numLayers,
    int embeddingSize,
    int hiddenSize,
    int window,
    double dropout)
    implements ModelShape {

  /** The generations. */
  public enum Kind {
    /**
     * Bengio et al. 2003: the embeddings of a window of tokens, concatenated, go through a tanh
     * layer; further layers are dense.
     */
    FEEDFORWARD,
    /** Dauphin et al. 2017: gated causal convolutions with residual connections. */
    CONVOLUTIONAL,
    /** Elman 1990, Mikolov et al. 2010: a tanh of the input and of the state before. */
    RECURRENT,
    /** Hochreiter and Schmidhuber 1997 with forget gates, stacked as in Zaremba et al. 2014. */
    LSTM,
    /**
     * Peters et al. 2018: a forward and a backward LSTM language model that share embeddings and
     * output layer.
     */
    ELMO;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** Whether a layer sees a window of tokens rather than a state. */
    public boolean hasWindow() {
      return this == FEEDFORWARD || this == CONVOLUTIONAL;
    }
  }

  /**
   * Checks the shape.
   *
   * @throws IllegalArgumentException naming the value, what was expected and what to change
   */
  public NetworkConfig {
    Shapes.requirePositive("vocabSize", vocabSize);
    Shapes.requirePositive("contextLength", contextLength);
    Shapes.requirePositive("numLayers", numLayers);
    Shapes.requirePositive("embeddingSize", embeddingSize);
    Shapes.requireNotNegative("hiddenSize", hiddenSize);
    Shapes.requireDropout(dropout);
    hiddenSize = hiddenSize == 0 ? embeddingSize : hiddenSize;
    if (kind.hasWindow()) {
      Shapes.requirePositive("window", window);
    } else {
      window = 0;
    }
    if (kind == Kind.ELMO && hiddenSize != embeddingSize) {
      throw new IllegalArgumentException(
          "hiddenSize is "
              + hiddenSize
              + " and embeddingSize "
              + embeddingSize
              + ": elmo mixes its layers with the embeddings, so make them equal");
    }
  }

  /** The width of what the hidden layer {@code layer} reads. */
  public int inputSize(int layer) {
    return layer == 0 ? embeddingSize : hiddenSize;
  }

  /**
   * Names, shapes and offsets of all parameters in the flat vector, whose bytes are those of DL4J's
   * own flat vector.
   *
   * <ul>
   *   <li>{@code embedding.weight} [C, V], like the weight of a linear layer over one-hot tokens.
   *   <li>{@code weight_ih}, {@code weight_hh}, {@code lm_head.weight}: [out, in], as in PyTorch.
   *   <li>An LSTM's rows are those of the candidate, the forget gate, the output gate and the input
   *       gate, H of each; it has one bias.
   *   <li>{@code kernel} [window, in, out] of a convolution, whose last tap reads the token itself;
   *       its bias stands before it.
   * </ul>
   *
   * @throws IllegalArgumentException if the parameters are more than 64 bits can count
   */
  @Override
  public List<ParameterStore.Slice> layout() {
    return NetworkLayout.of(this);
  }

  @Override
  public void initialize(ParameterStore parameters, long seed) {
    NetworkInitializer.initialize(this, parameters, seed);
  }
}
