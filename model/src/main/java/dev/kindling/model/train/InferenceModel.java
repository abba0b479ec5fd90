package dev.kindling.model.train;

import dev.kindling.model.arch.ArchitectureConfig;
import dev.kindling.model.arch.Decoder;
import dev.kindling.model.arch.Gpt;
import dev.kindling.model.arch.LanguageModel;
import dev.kindling.model.arch.LossScale;
import dev.kindling.model.arch.Losses;
import dev.kindling.model.arch.SequenceToSequence;
import dev.kindling.model.autograd.Tape;
import dev.kindling.model.autograd.Workspace;
import dev.kindling.model.backend.Backend;
import dev.kindling.model.batch.Batch;
import dev.kindling.model.batch.CausalBatch;
import dev.kindling.model.nn.DecoderCache;
import dev.kindling.model.nn.ParameterStore;
import dev.kindling.model.predict.LogitsListener;
import dev.kindling.model.predict.SequenceChecks;
import dev.kindling.model.predict.SequenceEncoder;
import dev.kindling.model.tensor.Arena;
import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.Tensor;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A model that only infers: weights, which it may share with others, and activations of its own; no
 * gradients, no moments. Closing it frees its memory and leaves the backend open, and weights that
 * it was given. Not thread-safe: every thread has a model and a backend of its own.
 */
public final class InferenceModel implements SequenceEncoder, AutoCloseable {
  private final ArchitectureConfig config;
  private final InferenceChecks checks;
  private final Backend backend;
  private final InferenceWeights weights;
  private final boolean ownsWeights;
  private final Workspace workspace;

  /**
   * Allocates weights of zero, which close with this; fill them through {@link #parameters()}.
   *
   * @throws IllegalArgumentException if the backend does not have the precision
   */
  public InferenceModel(ArchitectureConfig config, Precision precision, Backend backend) {
    this.backend = precision.on(backend);
    this.workspace = new Workspace(backend.memory());
    this.weights = new InferenceWeights(config, precision, backend.memory());
    this.ownsWeights = true;
    this.config = config;
    this.checks = new InferenceChecks(config);
  }

  /**
   * Computes with weights that stay open when this closes.
   *
   * @throws IllegalArgumentException if the backend does not have their precision
   */
  public InferenceModel(InferenceWeights weights, Backend backend) {
    this.backend = weights.precision().on(backend);
    this.workspace = new Workspace(backend.memory());
    this.weights = weights;
    this.ownsWeights = false;
    this.config = weights.config();
    this.checks = new InferenceChecks(config);
  }

  /** The shape of the model. */
  public ArchitectureConfig config() {
    return config;
  }

  @Override
  public int vocabSize() {
    return config.vocabSize();
  }

  @Override
  public int contextLength() {
    return config.contextLength();
  }

  /** C. */
  @Override
  public int width() {
    return config.embeddingSize();
  }

  /**
   * This model as one that continues texts.
   *
   * @throws IllegalArgumentException if the architecture is not a decoder alone
   */
  public CausalDecoder causal() {
    return new CausalDecoder(this);
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
    LanguageModel model = architecture();
    AtomicReference<Losses> losses = new AtomicReference<>();
    backend.runPass(() -> losses.set(model.losses(newTape(), batch, unused)));
    Tensor targets = losses.get().targets();
    return targets == null ? new float[0] : floats(targets);
  }

  /**
   * What the model makes of some sequences, before any head: the last hidden states of a GPT behind
   * its final norm, of a BERT, or of the encoder of an encoder-decoder.
   *
   * @param tokens [B × T], each sequence with padding behind it
   * @param lengths [B]: tokens of each sequence, 1 or more
   * @return [B × T × C]; without a meaning in the padding
   * @throws IllegalArgumentException if sizes or ids do not fit the model
   */
  @Override
  public float[] hiddenStates(int[] tokens, int[] lengths) {
    SequenceChecks.requireIds(tokens, config.vocabSize());
    SequenceChecks.requireLengths(tokens, lengths, lengths.length, 1);
    Tape tape = newTape();
    Tensor hidden = architecture().hiddenStates(tape, tokens, lengths);
    if (hidden.dtype() == DType.F32) {
      return floats(hidden);
    }
    Tensor widened = tape.scratch(DType.F32, hidden.shape());
    backend.copy(hidden, widened);
    return floats(widened);
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
    Gpt gpt = decoderAlone();
    checks.requireCacheSize(numSequences, capacity);
    return gpt.newCache(backend.memory(), numSequences, capacity);
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
    SequenceChecks.requireIds(inputs, config.vocabSize());
    checks.requireCacheSize(Math.multiplyExact(lengths.length, sequencesPerInput), capacity);
    SequenceChecks.requireLengths(inputs, lengths, lengths.length, 1);
    int inputLength = inputs.length / lengths.length;
    DecoderCache cache =
        encoderDecoder.newCache(
            backend.memory(), lengths.length, sequencesPerInput, capacity, inputLength);
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
    SequenceChecks.requireIds(tokens, config.vocabSize());
    SequenceChecks.requireLengths(tokens, numTokens, cache.numSequences(), 0);
    InferenceChecks.requireRoom(tokens.length / numTokens.length, cache);
    return floats(decoder().next(newTape(), tokens, numTokens, cache));
  }

  /**
   * The logits of the tokens that follow some positions of sequences that are read as a whole. They
   * are handed over in parts, because all of them may not fit the memory.
   *
   * @param tokens [B × T], each sequence with padding behind it
   * @param lengths [B]: tokens of each sequence, 1 or more
   * @param rows which of the B × T positions, each at most once
   * @param rowsPerPart how many rows are handed over at once at most
   * @throws IllegalArgumentException if the architecture is not a decoder alone, or sizes or ids do
   *     not fit the model
   */
  public void logits(
      int[] tokens, int[] lengths, int[] rows, int rowsPerPart, LogitsListener listener) {
    SequenceChecks.requireIds(tokens, config.vocabSize());
    SequenceChecks.requireLengths(tokens, lengths, lengths.length, 1);
    Gpt gpt = decoderAlone();
    Tape tape = newTape();
    handOver(gpt, tape, gpt.hiddenStates(tape, tokens, lengths), rows, rowsPerPart, listener);
  }

  /**
   * {@link #logits(int[], int[], int[], int, LogitsListener)} of new tokens, which see those of a
   * cache and go into it.
   *
   * @param tokens [B × T]: T new tokens of every sequence
   * @param numTokens [B]: how many of the T are tokens, with padding behind them
   * @param rows which of the B × T positions, each at most once
   * @throws IllegalArgumentException if the architecture is not a decoder alone, or sizes or ids do
   *     not fit the model or the cache
   */
  public void logits(
      int[] tokens,
      int[] numTokens,
      DecoderCache cache,
      int[] rows,
      int rowsPerPart,
      LogitsListener listener) {
    SequenceChecks.requireIds(tokens, config.vocabSize());
    SequenceChecks.requireLengths(tokens, numTokens, cache.numSequences(), 0);
    InferenceChecks.requireRoom(numTokens, cache);
    Gpt gpt = decoderAlone();
    Tape tape = newTape();
    Tensor hidden = gpt.hiddenStates(tape, tokens, numTokens, cache);
    handOver(gpt, tape, hidden, rows, rowsPerPart, listener);
  }

  private void handOver(
      Gpt gpt, Tape tape, Tensor hidden, int[] rows, int rowsPerPart, LogitsListener listener) {
    for (int first = 0; first < rows.length; first += rowsPerPart) {
      int end = Math.min(first + rowsPerPart, rows.length);
      Arena.Mark mark = workspace.mark();
      Tensor part = gpt.logits(tape, hidden, Arrays.copyOfRange(rows, first, end));
      listener.accept(first, floats(part));
      workspace.release(mark);
    }
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

  private Gpt decoderAlone() {
    if (decoder() instanceof Gpt gpt) {
      return gpt;
    }
    throw new IllegalArgumentException(
        config.getClass().getSimpleName()
            + " was given: expected a decoder without an encoder; encode an input instead");
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
