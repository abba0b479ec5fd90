package dev.kindling.model.dl4j;

import dev.kindling.model.arch.NetworkConfig;
import dev.kindling.model.arch.NetworkConfig.Kind;
import dev.kindling.model.batch.Batch;
import dev.kindling.model.batch.CausalBatch;
import dev.kindling.model.nn.ParameterStore;
import dev.kindling.model.predict.CausalModel;
import dev.kindling.model.predict.LogitsListener;
import dev.kindling.model.predict.SequenceChecks;
import dev.kindling.model.predict.SequenceEncoder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A network that only infers, with parameters of its own. It predicts the next token, ELMo with its
 * forward layers alone, and makes vectors of tokens: its last hidden layer, or ELMo's contextual
 * vectors. Not thread-safe.
 */
public final class NetworkModel implements CausalModel, SequenceEncoder, AutoCloseable {
  /** 16 MiB of them at a time. */
  private static final int MOST_LOGITS = 1 << 22;

  private final NetworkConfig network;
  private final List<LayerReader> readers;
  private final VocabularyLayer vocabulary;
  private final LayerMix layerMix;

  /** Copies the parameters; of an ELMo, all layers weigh the same in a contextual vector. */
  public NetworkModel(NetworkConfig network, ParameterStore parameters) {
    this(network, parameters, new double[network.numLayers() + 1]);
  }

  /**
   * Copies the parameters.
   *
   * @param layerScores of an ELMo: the softmax of these weighs the embeddings and the layers in a
   *     contextual vector (Peters et al. 2018, equation 1, with γ = 1); learnt by the task that the
   *     vectors are for
   * @throws IllegalArgumentException if there are not {@code numLayers + 1} of them
   */
  public NetworkModel(NetworkConfig network, ParameterStore parameters, double[] layerScores) {
    if (layerScores.length != network.numLayers() + 1) {
      throw new IllegalArgumentException(
          layerScores.length
              + " scores of layers were given: expected one for the embeddings and one for each of"
              + " the "
              + network.numLayers()
              + " layers");
    }
    this.network = network;
    this.layerMix = LayerMix.of(layerScores);
    this.readers = new ArrayList<>();
    for (String direction : NetworkGraphs.directions(network)) {
      readers.add(new LayerReader(network, direction, parameters));
    }
    this.vocabulary = new VocabularyLayer(network, parameters);
  }

  /** The shape of the model. */
  public NetworkConfig config() {
    return network;
  }

  @Override
  public int vocabSize() {
    return network.vocabSize();
  }

  @Override
  public int contextLength() {
    return network.contextLength();
  }

  /** H, of an ELMo 2H. */
  @Override
  public int width() {
    return readers.size() * network.hiddenSize();
  }

  @Override
  public float[] tokenLosses(CausalBatch batch) {
    batch.requireVocabulary(network.vocabSize());
    requireContext(batch.length());
    int[] targets = batch.targets();
    int[] counted =
        IntStream.range(0, targets.length).filter(i -> targets[i] != Batch.IGNORED).toArray();
    float[] losses = new float[targets.length];
    float[] hidden = topLayer(batch.inputs(), batch.size());
    int rowsPerPart = Math.max(1, MOST_LOGITS / network.vocabSize());
    for (int first = 0; first < counted.length; first += rowsPerPart) {
      int[] rows =
          Arrays.copyOfRange(counted, first, Math.min(first + rowsPerPart, counted.length));
      int[] wanted = Arrays.stream(rows).map(row -> targets[row]).toArray();
      double[] part = vocabulary.losses(hidden, rows, wanted);
      for (int i = 0; i < rows.length; i++) {
        losses[rows[i]] = (float) part[i];
      }
    }
    return losses;
  }

  @Override
  public void logits(
      int[] tokens, int[] lengths, int[] rows, int rowsPerPart, LogitsListener listener) {
    requireSequences(tokens, lengths);
    float[] hidden = topLayer(tokens, lengths.length);
    for (int first = 0; first < rows.length; first += rowsPerPart) {
      int end = Math.min(first + rowsPerPart, rows.length);
      listener.accept(first, vocabulary.logits(hidden, Arrays.copyOfRange(rows, first, end)));
    }
  }

  @Override
  public float[] hiddenStates(int[] tokens, int[] lengths) {
    requireSequences(tokens, lengths);
    return network.kind() == Kind.ELMO
        ? contextualVectors(tokens, lengths)
        : topLayer(tokens, lengths.length);
  }

  /** What predicts the next token: no token sees those behind it, nor the padding there. */
  private float[] topLayer(int[] tokens, int numSequences) {
    List<float[]> layers = readers.get(0).read(tokens, numSequences);
    return layers.get(layers.size() - 1);
  }

  private float[] contextualVectors(int[] tokens, int[] lengths) {
    int[] mirrored = LayerMix.mirroredRows(tokens.length, lengths);
    int[] backwards = Arrays.stream(mirrored).map(row -> tokens[row]).toArray();
    return layerMix.vectors(
        readers.get(0).read(tokens, lengths.length),
        readers.get(1).read(backwards, lengths.length),
        mirrored);
  }

  private void requireSequences(int[] tokens, int[] lengths) {
    SequenceChecks.requireIds(tokens, network.vocabSize());
    SequenceChecks.requireLengths(tokens, lengths, lengths.length, 1);
    requireContext(tokens.length / lengths.length);
  }

  private void requireContext(int length) {
    if (length > network.contextLength()) {
      throw new IllegalArgumentException(
          "Sequences of "
              + length
              + " tokens were given: expected at most the context length "
              + network.contextLength());
    }
  }

  /** Frees the memory for activations that ND4J keeps for this thread; calls that follow get it. */
  public void rest() {
    InferenceMemory.free();
  }

  /** Frees the parameters, and the memory for activations that ND4J keeps for this thread. */
  @Override
  public void close() {
    readers.forEach(LayerReader::close);
    vocabulary.close();
    InferenceMemory.free();
  }
}
