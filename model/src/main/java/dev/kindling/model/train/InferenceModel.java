package dev.kindling.model.train;

import dev.kindling.model.arch.ArchitectureConfig;
import dev.kindling.model.arch.Decoder;
import dev.kindling.model.arch.Gpt;
import dev.kindling.model.arch.LanguageModel;
import dev.kindling.model.arch.LossScale;
import dev.kindling.model.arch.SequenceToSequence;
import dev.kindling.model.autograd.Tape;
import dev.kindling.model.autograd.Workspace;
import dev.kindling.model.backend.Backend;
import dev.kindling.model.batch.Batch;
import dev.kindling.model.batch.CausalBatch;
import dev.kindling.model.nn.DecoderCache;
import dev.kindling.model.nn.ParameterStore;
import dev.kindling.model.tensor.Tensor;
import java.util.Arrays;

/**
 * A model that only infers: weights, which it may share with others, and activations of its own; no
 * gradients, no moments. Closing it frees its memory and leaves the backend open, and weights that
 * it was given. Not thread-safe: every thread has a model and a backend of its own.
 */
public final class InferenceModel implements AutoCloseable {
  private final ArchitectureConfig config;
  private final Backend backend;
  private final InferenceWeights weights;
  private final boolean ownsWeights;
  private final Workspace workspace = new Workspace();

  /**
   * Allocates weights of zero, which close with this; fill them through {@link #parameters()}.
   *
   * @throws IllegalArgumentException if the backend does not have the precision
   */
  public InferenceModel(ArchitectureConfig config, Precision precision, Backend backend) {
    precision.requireOn(backend);
    this.backend = backend;
    this.weights = new InferenceWeights(config, precision);
    this.ownsWeights = true;
    this.config = config;
  }

  /**
   * Computes with weights that stay open when this closes.
   *
   * @throws IllegalArgumentException if the backend does not have their precision
   */
  public InferenceModel(InferenceWeights weights, Backend backend) {
    weights.precision().requireOn(backend);
    this.backend = backend;
    this.weights = weights;
    this.ownsWeights = false;
    this.config = weights.config();
  }

  /** The shape of the model. */
  public ArchitectureConfig config() {
    return config;
  }

  /** The parameters of the weights: see {@link InferenceWeights#parameters}. */
  public ParameterStore parameters() {
    return weights.parameters();
  }

  private Tape newTape() {
    workspace.reset();
    return Tape.forwardOnly(backend, workspace);
  }

  private LanguageModel architecture() {
    return weights.architecture(backend);
  }

  /**
   * Cross-entropy of every target of a causal batch.
   *
   * @return nats [B × T]; 0 where the target is {@link Batch#IGNORED}
   * @throws IllegalArgumentException if sizes or ids do not fit the model
   */
  public float[] tokenLosses(CausalBatch batch) {
    return targetLosses(batch);
  }

  /**
   * Cross-entropy of the targets of a batch of the kind that the architecture is trained on.
   *
   * @return nats, one value for every place that predicts a token; 0 where the target is {@link
   *     Batch#IGNORED}
   * @throws IllegalArgumentException if sizes or ids do not fit the model, or the batch is of
   *     another kind
   */
  public float[] targetLosses(Batch batch) {
    batch.requireVocabulary(config.vocabSize());
    LossScale unused = new LossScale(0, 0);
    Tensor losses = architecture().losses(newTape(), batch, unused).targets();
    return losses == null ? new float[0] : floats(losses);
  }

  /**
   * A cache for sequences that grow.
   *
   * @param numSequences B
   * @param capacity tokens of the longest sequence, at most the context length
   * @throws IllegalArgumentException if the architecture is not a decoder alone, or the sizes do
   *     not fit it
   */
  public DecoderCache newCache(int numSequences, int capacity) {
    if (!(decoder() instanceof Gpt gpt)) {
      throw new IllegalArgumentException(
          config.getClass().getSimpleName()
              + " was given: expected a decoder without an encoder; encode an input instead");
    }
    requireCacheSize(numSequences, capacity);
    return gpt.newCache(numSequences, capacity);
  }

  /**
   * A cache for sequences that grow, filled with the encoder's output.
   *
   * @param inputs [inputs × Ts]
   * @param lengths [inputs]: tokens of each input, with padding behind them
   * @param sequencesPerInput outputs that are to be written for every input; they are neighbours in
   *     the cache
   * @param capacity tokens of the longest output, at most the context length
   * @throws IllegalArgumentException if the architecture has no encoder and decoder, or sizes or
   *     ids do not fit the model
   */
  public DecoderCache encode(int[] inputs, int[] lengths, int sequencesPerInput, int capacity) {
    if (!(architecture() instanceof SequenceToSequence encoderDecoder)) {
      throw new IllegalArgumentException(
          config.getClass().getSimpleName() + " was given: expected an encoder-decoder");
    }
    requireIds(inputs);
    requireCacheSize(Math.multiplyExact(lengths.length, sequencesPerInput), capacity);
    requireLengths(inputs, lengths, lengths.length, 1);
    int inputLength = inputs.length / lengths.length;
    DecoderCache cache =
        encoderDecoder.newCache(lengths.length, sequencesPerInput, capacity, inputLength);
    try {
      encoderDecoder.encode(newTape(), inputs, lengths, cache);
      return cache;
    } catch (RuntimeException e) {
      cache.close();
      throw e;
    }
  }

  /**
   * The logits of the token that follows each sequence.
   *
   * @param tokens [B × T]: T new tokens of every sequence; more than one only into an empty cache
   * @param numTokens [B]: how many of the T are tokens, with padding behind them; 0 leaves the
   *     sequence as it is, and its logits without a meaning
   * @return [B × V], not normalised
   * @throws IllegalArgumentException if sizes or ids do not fit the model or the cache
   */
  public float[] nextLogits(int[] tokens, int[] numTokens, DecoderCache cache) {
    requireIds(tokens);
    requireLengths(tokens, numTokens, cache.numSequences(), 0);
    requireRoom(tokens.length / numTokens.length, cache);
    return floats(decoder().next(newTape(), tokens, numTokens, cache));
  }

  /** A cache of copies of some sequences of another: see {@link DecoderCache#select}. */
  public DecoderCache select(DecoderCache cache, int[] sources) {
    return cache.select(backend, sources);
  }

  /** Exchanges the sequences of a cache: see {@link DecoderCache#reorder}. */
  public void reorder(DecoderCache cache, int[] sources) {
    cache.reorder(backend, sources);
  }

  /** Copies a sequence to another cache: see {@link DecoderCache#copySequence}. */
  public void copySequence(DecoderCache cache, int source, DecoderCache target, int index) {
    cache.copySequence(backend, source, target, index);
  }

  private Decoder decoder() {
    if (architecture() instanceof Decoder decoder) {
      return decoder;
    }
    throw new IllegalArgumentException(
        config.getClass().getSimpleName() + " writes no text: expected a decoder");
  }

  private void requireIds(int[] ids) {
    for (int i = 0; i < ids.length; i++) {
      if (ids[i] < 0 || ids[i] >= config.vocabSize()) {
        throw new IllegalArgumentException(
            "The token at "
                + i
                + " is "
                + ids[i]
                + ": expected 0 to "
                + (config.vocabSize() - 1)
                + "; were these tokens made by the tokenizer of this model?");
      }
    }
  }

  private void requireCacheSize(int numSequences, int capacity) {
    if (numSequences < 1 || capacity < 1 || capacity > config.contextLength()) {
      throw new IllegalArgumentException(
          "A cache for "
              + numSequences
              + " sequences of "
              + capacity
              + " tokens was asked for: expected 1 sequence or more, and from 1 token to the context"
              + " length "
              + config.contextLength());
    }
  }

  private static void requireLengths(int[] ids, int[] lengths, int numSequences, int least) {
    int longest = numSequences == 0 ? 0 : ids.length / numSequences;
    boolean fits =
        longest > 0
            && ids.length == numSequences * longest
            && lengths.length == numSequences
            && Arrays.stream(lengths).allMatch(length -> length >= least && length <= longest);
    if (!fits) {
      throw new IllegalArgumentException(
          ids.length
              + " tokens in sequences of "
              + Arrays.toString(lengths)
              + " were given: expected "
              + numSequences
              + " sequences, each padded to the same length, with at least "
              + least
              + " tokens each");
    }
  }

  private static void requireRoom(int numNew, DecoderCache cache) {
    for (int length : cache.lengths()) {
      if (length + numNew > cache.capacity()) {
        throw new IllegalArgumentException(
            "A sequence of "
                + length
                + " tokens was to grow by "
                + numNew
                + ", but its cache has room for "
                + cache.capacity()
                + ": expected a cache of a larger capacity");
      }
      if (length > 0 && numNew > 1) {
        throw new IllegalArgumentException(
            numNew
                + " tokens were given to a sequence of "
                + length
                + ": expected one at a time behind the first");
      }
    }
  }

  private static float[] floats(Tensor tensor) {
    float[] values = new float[Math.toIntExact(tensor.numElements())];
    tensor.read(0, values, 0, values.length);
    return values;
  }

  @Override
  public void close() {
    workspace.close();
    if (ownsWeights) {
      weights.close();
    }
  }
}
