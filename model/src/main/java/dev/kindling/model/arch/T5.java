package dev.kindling.model.arch;

import dev.kindling.model.autograd.Tape;
import dev.kindling.model.autograd.Variable;
import dev.kindling.model.backend.Activation;
import dev.kindling.model.batch.Batch;
import dev.kindling.model.batch.SequenceToSequenceBatch;
import dev.kindling.model.nn.AttentionContext;
import dev.kindling.model.nn.AttentionShape;
import dev.kindling.model.nn.CrossAttention;
import dev.kindling.model.nn.DecoderCache;
import dev.kindling.model.nn.Embedding;
import dev.kindling.model.nn.FeedForward;
import dev.kindling.model.nn.Norm;
import dev.kindling.model.nn.Operations;
import dev.kindling.model.nn.Parameter;
import dev.kindling.model.nn.Parameters;
import dev.kindling.model.nn.RelativeBias;
import dev.kindling.model.nn.SelfAttention;
import dev.kindling.model.nn.Sequences;
import dev.kindling.model.nn.Sublayer;
import dev.kindling.model.nn.TransformerBlock;
import dev.kindling.model.nn.TransformerStack;
import dev.kindling.model.nn.VocabularyHead;
import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * An encoder-decoder as T5 (Raffel et al. 2020): pre-norm blocks with RMS norm and no biases, and
 * relative positions whose table all layers of a stack share. Version 1.1 (Shazeer 2020) has a
 * gated network and an output matrix of its own.
 */
public final class T5 implements SequenceToSequence {
  private final T5Config config;
  private final DType dtype;
  private final Parameter tokens;
  private final Stack encoder;
  private final Stack decoder;
  private final VocabularyHead head;

  /** A stack with what is around it. */
  private record Stack(TransformerStack blocks, RelativeBias bias, Norm finalNorm) {}

  /**
   * Binds the architecture to its parameters.
   *
   * @param parameters of {@link T5Config#layout}
   */
  public T5(T5Config config, Parameters parameters) {
    this.config = config;
    this.dtype = parameters.dtype();
    Modules modules = new Modules(parameters);
    tokens = parameters.matrix("shared.weight");
    encoder = stack(modules, "encoder.", config.numLayers(), false);
    decoder = stack(modules, "decoder.", config.numDecoderLayers(), true);
    head =
        config.gated()
            ? new VocabularyHead(parameters.matrix("lm_head.weight"), null, 1)
            : new VocabularyHead(tokens, null, Math.pow(config.embeddingSize(), -0.5));
  }

  private Stack stack(Modules modules, String name, int numLayers, boolean causal) {
    List<TransformerBlock> blocks = new ArrayList<>();
    for (int layer = 0; layer < numLayers; layer++) {
      String block = name + "block." + layer + ".layer.";
      Sublayer attention = sublayer(modules, block + "0");
      SelfAttention self = selfAttention(modules, block + "0.SelfAttention.", causal);
      blocks.add(
          causal
              ? new TransformerBlock(
                  attention,
                  self,
                  sublayer(modules, block + "1"),
                  crossAttention(modules, block + "1.EncDecAttention."),
                  sublayer(modules, block + "2"),
                  network(modules, block + "2.DenseReluDense."))
              : new TransformerBlock(
                  attention,
                  self,
                  sublayer(modules, block + "1"),
                  network(modules, block + "1.DenseReluDense.")));
    }
    String table = name + "block.0.layer.0.SelfAttention.relative_attention_bias.weight";
    return new Stack(
        new TransformerStack(blocks),
        new RelativeBias(
            modules.parameters().vector(table), !causal, T5Config.MAX_POSITION_DISTANCE),
        modules.rmsNorm(name + "final_layer_norm", T5Config.NORM_EPSILON));
  }

  private Sublayer sublayer(Modules modules, String name) {
    Norm norm = modules.rmsNorm(name + ".layer_norm", T5Config.NORM_EPSILON);
    return new Sublayer(norm, true, config.dropout());
  }

  /** The scores are not scaled: the initialisation of the queries sees to it. */
  private AttentionShape shape(boolean causal) {
    return AttentionShape.plain(config.numHeads(), config.headSize(), 1, causal, config.dropout());
  }

  private SelfAttention selfAttention(Modules modules, String name, boolean causal) {
    return new SelfAttention(
        shape(causal), modules.fused(name, "q", "k", "v"), modules.linear(name + "o"));
  }

  private CrossAttention crossAttention(Modules modules, String name) {
    return new CrossAttention(
        shape(false),
        modules.linear(name + "q"),
        modules.fused(name, "k", "v"),
        modules.linear(name + "o"));
  }

  private FeedForward network(Modules modules, String name) {
    return config.gated()
        ? new FeedForward.Gated(
            modules.linear(name + "wi_0"),
            modules.linear(name + "wi_1"),
            Activation.GELU_TANH,
            modules.linear(name + "wo"),
            config.dropout())
        : new FeedForward.Plain(
            modules.linear(name + "wi"),
            Activation.RELU,
            modules.linear(name + "wo"),
            config.dropout());
  }

  @Override
  public Losses losses(Tape tape, Batch batch, LossScale scale) {
    if (!(batch instanceof SequenceToSequenceBatch pairs)) {
      throw Positions.wrongBatch(batch, "T5", "SequenceToSequenceBatch");
    }
    Tensor targets = tape.upload(pairs.targets());
    Variable hidden = decoded(tape, pairs);
    return new Losses(head.losses(tape, hidden, targets, scale.target()), null);
  }

  /** The logits of every target position, [B × T, V], without a way back. */
  public Tensor logits(Tape tape, SequenceToSequenceBatch batch) {
    return head.logits(tape, decoded(tape, batch).value());
  }

  private Variable decoded(Tape tape, SequenceToSequenceBatch batch) {
    Positions.requireLength("An input", batch.inputLength(), config);
    Positions.requireLength("A target", batch.targetLength(), config);
    Sequences inputs =
        new Sequences(batch.size(), batch.inputLength(), tape.upload(batch.inputLengths()));
    CrossAttention.Memory memory = encoded(tape, batch.inputs(), inputs);
    Sequences outputs = new Sequences(batch.size(), batch.targetLength(), null);
    Variable stream = embedded(tape, batch.decoderInputs(), outputs);
    int length = batch.targetLength();
    RelativeBias.Computed bias = decoder.bias().forward(tape, 0, length, length);
    AttentionContext context = new AttentionContext(outputs, null, bias, null);
    Variable result = decoder.blocks().forward(tape, stream, context, memory);
    return finished(tape, decoder, result, outputs);
  }

  private CrossAttention.Memory encoded(Tape tape, int[] ids, Sequences inputs) {
    int length = Math.toIntExact(inputs.length());
    Variable stream = embedded(tape, ids, inputs);
    RelativeBias.Computed bias = encoder.bias().forward(tape, 0, length, length);
    AttentionContext context = new AttentionContext(inputs, null, bias, null);
    Variable result = encoder.blocks().forward(tape, stream, context);
    return new CrossAttention.Memory(finished(tape, encoder, result, inputs), inputs);
  }

  private Variable embedded(Tape tape, int[] ids, Sequences sequences) {
    Embedding.LookUp lookUp = new Embedding.LookUp(tokens, tape.upload(ids));
    Variable embedded = Embedding.sum(tape, List.of(lookUp));
    return Operations.drop(tape, config.dropout(), embedded, sequences.count());
  }

  private Variable finished(Tape tape, Stack stack, Variable stream, Sequences sequences) {
    Variable normed = stack.finalNorm().forward(tape, stream);
    return Operations.drop(tape, config.dropout(), normed, sequences.count());
  }

  @Override
  public void encode(Tape tape, int[] inputs, int[] lengths, DecoderCache cache) {
    int length = inputs.length / lengths.length;
    Positions.requireLength("An input", length, config);
    Sequences sequences = new Sequences(lengths.length, length, tape.upload(lengths));
    decoder.blocks().fill(tape, encoded(tape, inputs, sequences), lengths, cache);
  }

  /** All sequences have as many tokens, because relative positions are the same for all. */
  @Override
  public Tensor next(Tape tape, int[] newTokens, int[] numTokens, DecoderCache cache) {
    int length = newTokens.length / cache.numSequences();
    Sequences sequences = new Sequences(cache.numSequences(), length, null);
    int first = cache.lengths()[0];
    if (Arrays.stream(cache.lengths()).anyMatch(other -> other != first)) {
      throw new IllegalArgumentException(
          "Sequences of "
              + Arrays.toString(cache.lengths())
              + " tokens were to grow: expected the same number in all, because the relative"
              + " positions of T5 are computed once for all");
    }
    int numKeys = cache.isEmpty() ? length : cache.numVisibleKeys();
    RelativeBias.Computed bias = decoder.bias().forward(tape, first, length, numKeys);
    AttentionContext context = new AttentionContext(sequences, null, bias, cache);
    Variable stream = embedded(tape, newTokens, sequences);
    Variable hidden =
        finished(tape, decoder, decoder.blocks().forward(tape, stream, context), sequences);
    cache.advance(numTokens);
    Tensor lastRows = tape.upload(Positions.lastRows(numTokens, length));
    return head.logits(tape, Operations.chooseRows(tape, hidden, lastRows).value());
  }

  @Override
  public DecoderCache newCache(
      int numInputs, int sequencesPerInput, int capacity, int inputLength) {
    return new DecoderCache(
        new DecoderCache.Shape(
            dtype,
            config.numDecoderLayers(),
            numInputs * sequencesPerInput,
            capacity,
            sequencesPerInput,
            inputLength,
            config.numHeads(),
            config.headSize()));
  }
}
