package dev.kindling.spark.config;

import static dev.kindling.spark.config.Architecture.BART;
import static dev.kindling.spark.config.Architecture.BERT;
import static dev.kindling.spark.config.Architecture.CONVOLUTIONAL;
import static dev.kindling.spark.config.Architecture.ELMO;
import static dev.kindling.spark.config.Architecture.FEEDFORWARD;
import static dev.kindling.spark.config.Architecture.GPT;
import static dev.kindling.spark.config.Architecture.LSTM;
import static dev.kindling.spark.config.Architecture.RECURRENT;
import static dev.kindling.spark.config.Architecture.T5;

import dev.kindling.data.InvalidInputException;
import dev.kindling.model.arch.ArchitectureConfig;
import dev.kindling.model.arch.BartConfig;
import dev.kindling.model.arch.BertConfig;
import dev.kindling.model.arch.GptConfig;
import dev.kindling.model.arch.GptOptions;
import dev.kindling.model.arch.GptOptions.FeedForwardKind;
import dev.kindling.model.arch.GptOptions.Norm;
import dev.kindling.model.arch.GptOptions.Positions;
import dev.kindling.model.arch.ModelShape;
import dev.kindling.model.arch.NetworkConfig;
import dev.kindling.model.arch.T5Config;

/**
 * The shape of the model. What an architecture does not have must be left at its default.
 *
 * @param architecture the family
 * @param vocabSize V, the number of token ids; 0: that of the token shards, and special tokens
 * @param contextLength T, the longest sequence; of an encoder-decoder on either side
 * @param numLayers the number of blocks; of an encoder-decoder those of the encoder
 * @param numDecoderLayers the number of blocks of the decoder; 0: as many
 * @param numHeads the number of attention heads
 * @param embeddingSize C, the width of the residual stream
 * @param headSize of T5: the columns of one head; 0: {@code embeddingSize / numHeads}
 * @param feedForwardSize F, the inner width of the position-wise network; 0: 4C
 * @param dropout the probability with which training drops an activation
 * @param bias of GPT: whether linear layers and layer norms have a bias
 * @param positions of GPT: how it knows them
 * @param norm of GPT: the normalisation
 * @param feedForward of GPT: the position-wise network
 * @param numKeyValueHeads of GPT: the heads of keys and values; 0: {@code numHeads}
 * @param tiedEmbeddings of GPT: whether the output layer is the token embedding
 * @param gated of T5: whether it is version 1.1
 * @param hiddenSize H of the networks before the Transformer: the width of a hidden layer; 0: C
 * @param window of a feedforward or convolutional network: the tokens that one step of a layer
 *     sees, itself included; 0: {@value #FEEDFORWARD_WINDOW} or {@value #CONVOLUTIONAL_WINDOW}
 */
public record ModelConfig(
    Architecture architecture,
    int vocabSize,
    int contextLength,
    int numLayers,
    int numDecoderLayers,
    int numHeads,
    int embeddingSize,
    int headSize,
    int feedForwardSize,
    double dropout,
    boolean bias,
    Positions positions,
    Norm norm,
    FeedForwardKind feedForward,
    int numKeyValueHeads,
    boolean tiedEmbeddings,
    boolean gated,
    int hiddenSize,
    int window) {

  private static final int FEEDFORWARD_WINDOW = 8;
  private static final int CONVOLUTIONAL_WINDOW = 4;

  /**
   * Checks the shape. Not the compact form, so that {@link #shape} can see the values.
   *
   * @throws IllegalArgumentException naming the value, what was expected and what to change
   */
  public ModelConfig(
      Architecture architecture,
      int vocabSize,
      int contextLength,
      int numLayers,
      int numDecoderLayers,
      int numHeads,
      int embeddingSize,
      int headSize,
      int feedForwardSize,
      double dropout,
      boolean bias,
      Positions positions,
      Norm norm,
      FeedForwardKind feedForward,
      int numKeyValueHeads,
      boolean tiedEmbeddings,
      boolean gated,
      int hiddenSize,
      int window) {
    this.architecture = architecture;
    this.vocabSize = vocabSize;
    this.contextLength = contextLength;
    this.numLayers = numLayers;
    this.numDecoderLayers = numDecoderLayers;
    this.numHeads = numHeads;
    this.embeddingSize = embeddingSize;
    this.headSize = headSize;
    this.feedForwardSize = feedForwardSize;
    this.dropout = dropout;
    this.bias = bias;
    this.positions = positions;
    this.norm = norm;
    this.feedForward = feedForward;
    this.numKeyValueHeads = numKeyValueHeads;
    this.tiedEmbeddings = tiedEmbeddings;
    this.gated = gated;
    this.hiddenSize = hiddenSize;
    this.window = window;
    Require.atLeast("vocabSize", vocabSize, 0);
    Require.atLeast("numDecoderLayers", numDecoderLayers, 0);
    Require.atLeast("headSize", headSize, 0);
    Require.atLeast("feedForwardSize", feedForwardSize, 0);
    Require.atLeast("hiddenSize", hiddenSize, 0);
    Require.atLeast("window", window, 0);
    requireOwnSettings();
    ModelShape checked = shape(Math.max(vocabSize, 1));
    assert checked.embeddingSize() == embeddingSize;
  }

  /** A GPT-2 without dropout, for a vocabulary that the token shards decide. */
  public static ModelConfig gpt2(
      int contextLength, int numLayers, int numHeads, int embeddingSize) {
    return plain(Architecture.GPT, contextLength, numLayers, numHeads, embeddingSize);
  }

  /** A model without dropout, with every other setting at its default. */
  public static ModelConfig plain(
      Architecture architecture,
      int contextLength,
      int numLayers,
      int numHeads,
      int embeddingSize) {
    return new ModelConfig(
        architecture,
        0,
        contextLength,
        numLayers,
        0,
        numHeads,
        embeddingSize,
        0,
        0,
        0,
        true,
        GptOptions.GPT2.positions(),
        GptOptions.GPT2.norm(),
        GptOptions.GPT2.feedForward(),
        0,
        true,
        false,
        0,
        0);
  }

  /** The same with another width of the residual stream, or of the embeddings. */
  public ModelConfig withEmbeddingSize(int newEmbeddingSize) {
    return new ModelConfig(
        architecture,
        vocabSize,
        contextLength,
        numLayers,
        numDecoderLayers,
        numHeads,
        newEmbeddingSize,
        headSize,
        feedForwardSize,
        dropout,
        bias,
        positions,
        norm,
        feedForward,
        numKeyValueHeads,
        tiedEmbeddings,
        gated,
        hiddenSize,
        window);
  }

  /**
   * The model for a set of token shards.
   *
   * @param numOrdinary the number of ids of the shards' tokenizer
   * @throws InvalidInputException if {@link #vocabSize} is neither 0 nor what that makes with the
   *     architecture's special tokens
   */
  public ModelShape forVocabulary(int numOrdinary) {
    int numSpecial = architecture.numSpecialTokens(numOrdinary);
    int needed = Math.addExact(numOrdinary, numSpecial);
    if (vocabSize != 0 && vocabSize != needed) {
      String special =
          numSpecial == 0
              ? ""
              : " and "
                  + architecture
                  + " has "
                  + numSpecial
                  + " special tokens behind it, which makes "
                  + needed;
      throw new InvalidInputException(
          "model.vocabSize is "
              + vocabSize
              + ", but the token shards were written with a vocabulary of "
              + numOrdinary
              + special,
          "the same vocabulary on both sides",
          "set model.vocabSize to 0 to take that of the shards, or tokenize again with the"
              + " tokenizer that the model was made for");
    }
    return shape(needed);
  }

  /**
   * The model for a set of token shards, which is a Transformer.
   *
   * @throws InvalidInputException as {@link #forVocabulary}, and if it is another network
   */
  public ArchitectureConfig transformerFor(int numOrdinary) {
    if (forVocabulary(numOrdinary) instanceof ArchitectureConfig transformer) {
      return transformer;
    }
    throw new InvalidInputException(
        "model.architecture is " + architecture,
        "a Transformer: gpt, bert, t5 or bart",
        "choose one of them");
  }

  private void requireOwnSettings() {
    GptOptions gpt2 = GptOptions.GPT2;
    architecture.requireUnset("numDecoderLayers", numDecoderLayers, 0, T5, BART);
    architecture.requireUnset("headSize", headSize, 0, T5);
    architecture.requireUnset("bias", bias, true, GPT);
    architecture.requireUnset("positions", positions, gpt2.positions(), GPT);
    architecture.requireUnset("norm", norm, gpt2.norm(), GPT);
    architecture.requireUnset("feedForward", feedForward, gpt2.feedForward(), GPT);
    architecture.requireUnset("numKeyValueHeads", numKeyValueHeads, 0, GPT);
    architecture.requireUnset("tiedEmbeddings", tiedEmbeddings, gpt2.tiedEmbeddings(), GPT);
    architecture.requireUnset("gated", gated, false, T5);
    architecture.requireUnset("feedForwardSize", feedForwardSize, 0, GPT, BERT, T5, BART);
    architecture.requireUnset(
        "hiddenSize", hiddenSize, 0, FEEDFORWARD, CONVOLUTIONAL, RECURRENT, LSTM, ELMO);
    architecture.requireUnset("window", window, 0, FEEDFORWARD, CONVOLUTIONAL);
  }

  private ModelShape shape(int vocabulary) {
    int inner = feedForwardSize == 0 ? Math.multiplyExact(4, embeddingSize) : feedForwardSize;
    int numDecoders = numDecoderLayers == 0 ? numLayers : numDecoderLayers;
    return switch (architecture) {
      case GPT -> gpt(vocabulary);
      case BERT ->
          new BertConfig(
              vocabulary, contextLength, numLayers, numHeads, embeddingSize, inner, dropout);
      case T5 ->
          new T5Config(
              vocabulary,
              contextLength,
              numLayers,
              numDecoders,
              numHeads,
              embeddingSize,
              headSize == 0 ? embeddingSize / Math.max(1, numHeads) : headSize,
              inner,
              dropout,
              gated);
      case BART ->
          new BartConfig(
              vocabulary,
              contextLength,
              numLayers,
              numDecoders,
              numHeads,
              embeddingSize,
              inner,
              dropout);
      case FEEDFORWARD, CONVOLUTIONAL, RECURRENT, LSTM, ELMO -> network(vocabulary);
    };
  }

  private NetworkConfig network(int vocabulary) {
    NetworkConfig.Kind kind = architecture.network().orElseThrow();
    boolean isFeedforward = kind == NetworkConfig.Kind.FEEDFORWARD;
    int reach = isFeedforward ? FEEDFORWARD_WINDOW : CONVOLUTIONAL_WINDOW;
    return new NetworkConfig(
        kind,
        vocabulary,
        contextLength,
        numLayers,
        embeddingSize,
        hiddenSize,
        window == 0 ? reach : window,
        dropout);
  }

  private GptConfig gpt(int vocabulary) {
    GptOptions options =
        new GptOptions(
            positions, norm, feedForward, numKeyValueHeads, feedForwardSize, tiedEmbeddings);
    return new GptConfig(
        vocabulary, contextLength, numLayers, numHeads, embeddingSize, bias, dropout, options);
  }
}
