package dev.kindling.model.arch;

import dev.kindling.model.autograd.Tape;
import dev.kindling.model.autograd.Variable;
import dev.kindling.model.backend.Activation;
import dev.kindling.model.backend.SliceGroup;
import dev.kindling.model.batch.Batch;
import dev.kindling.model.batch.CausalBatch;
import dev.kindling.model.layout.PieceRange;
import dev.kindling.model.nn.AttentionContext;
import dev.kindling.model.nn.AttentionShape;
import dev.kindling.model.nn.DecoderCache;
import dev.kindling.model.nn.Embedding;
import dev.kindling.model.nn.FeedForward;
import dev.kindling.model.nn.Norm;
import dev.kindling.model.nn.Operations;
import dev.kindling.model.nn.Parameter;
import dev.kindling.model.nn.Parameters;
import dev.kindling.model.nn.SelfAttention;
import dev.kindling.model.nn.Sequences;
import dev.kindling.model.nn.Sublayer;
import dev.kindling.model.nn.TransformerBlock;
import dev.kindling.model.nn.TransformerStack;
import dev.kindling.model.nn.VocabularyHead;
import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.MemorySpace;
import dev.kindling.model.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A decoder-only Transformer: as GPT-2 (Radford et al. 2019) pre-norm blocks, a final norm, and
 * logits from the transposed token embedding; with other {@link GptOptions} also Llama (Touvron et
 * al. 2023).
 */
public final class Gpt implements Decoder {
  private final GptConfig config;
  private final PieceRange pieces;
  private final SliceGroup slices;
  private final DType dtype;
  private final Parameter tokens;
  private final Parameter positions;
  private final TransformerStack stack;
  private final Norm finalNorm;
  private final VocabularyHead head;

  /**
   * Binds the architecture to its parameters.
   *
   * @param parameters of {@link GptConfig#layout}, or those that {@code pieces} use
   * @param pieces what of the model is here; generation needs all
   */
  public Gpt(GptConfig config, Parameters parameters, PieceRange pieces) {
    this.config = config;
    this.pieces = pieces;
    this.slices = parameters.slices();
    this.dtype = parameters.dtype();
    GptModules modules = new GptModules(config, new Modules(parameters));
    boolean embeds = pieces.contains(0);
    boolean predicts = pieces.contains(headPiece());
    boolean tied = config.options().tiedEmbeddings();
    tokens = embeds || (predicts && tied) ? parameters.matrix(modules.tokenEmbedding()) : null;
    positions =
        embeds && modules.hasLearnedPositions()
            ? parameters.matrix(modules.positionEmbedding())
            : null;
    stack =
        new TransformerStack(
            pieces.within(1, config.numLayers()).mapToObj(modules::block).toList(),
            Math.max(1, pieces.first()));
    finalNorm = predicts ? modules.finalNorm() : null;
    head = predicts ? modules.head(tied ? tokens : parameters.matrix("lm_head.weight")) : null;
  }

  private int headPiece() {
    return config.numLayers() + 1;
  }

  @Override
  public Flow forward(Tape tape, Batch batch, Flow before, LossScale scale) {
    CausalBatch causal = checked(batch);
    Sequences sequences = new Sequences(causal.size(), causal.length(), null);
    Tensor positionRows = tape.upload(Positions.counted(causal.size(), causal.length(), 0));
    Variable stream =
        pieces.contains(0)
            ? embedded(tape, causal.inputs(), positionRows, sequences)
            : before.stream();
    AttentionContext context = new AttentionContext(sequences, positionRows, null, null);
    Variable blocks = stack.forward(tape, stream, context);
    if (!pieces.contains(headPiece())) {
      return Flow.of(blocks);
    }
    tape.enterPiece(headPiece());
    Variable hidden = finalNorm.forward(tape, blocks);
    Tensor targets = tape.upload(causal.targets());
    return Flow.of(new Losses(head.losses(tape, hidden, targets, scale.target()), null));
  }

  @Override
  public List<long[]> inputShapes(Batch batch) {
    CausalBatch causal = checked(batch);
    long numRows = (long) causal.size() * causal.length();
    return pieces.contains(0) ? List.of() : List.of(new long[] {numRows, config.embeddingSize()});
  }

  private CausalBatch checked(Batch batch) {
    if (!(batch instanceof CausalBatch causal)) {
      throw Positions.wrongBatch(batch, "GPT", "CausalBatch");
    }
    Positions.requireLength("A sequence", causal.length(), config);
    return causal;
  }

  private Variable embedded(Tape tape, int[] ids, Tensor positionRows, Sequences sequences) {
    tape.enterPiece(0);
    List<Embedding.LookUp> lookUps = new ArrayList<>();
    lookUps.add(Embedding.ofTokens(tape, slices, tokens, config.vocabSize(), ids));
    if (positions != null) {
      lookUps.add(new Embedding.LookUp(positions, positionRows));
    }
    Variable embedded = Embedding.sum(tape, slices, lookUps);
    return Operations.drop(tape, config.dropout(), embedded, sequences.count());
  }

  /** Hidden states after the final norm: [B × T, C]. */
  private Variable hidden(
      Tape tape, int[] ids, int[] positionIds, Sequences sequences, DecoderCache cache) {
    Tensor positionRows = tape.upload(positionIds);
    Variable stream = embedded(tape, ids, positionRows, sequences);
    AttentionContext context = new AttentionContext(sequences, positionRows, null, cache);
    return finalNorm.forward(tape, stack.forward(tape, stream, context));
  }

  @Override
  public Tensor hiddenStates(Tape tape, int[] tokens, int[] lengths) {
    int length = tokens.length / lengths.length;
    Positions.requireLength("A sequence", length, config);
    Sequences sequences = new Sequences(lengths.length, length, null);
    int[] counted = Positions.counted(lengths.length, length, 0);
    return hidden(tape, tokens, counted, sequences, null).value();
  }

  /** The logits of every position of some sequences: [B × T, V], without a way back. */
  public Tensor logits(Tape tape, CausalBatch batch) {
    int[] lengths = new int[batch.size()];
    Arrays.fill(lengths, batch.length());
    return head.logits(tape, hiddenStates(tape, batch.inputs(), lengths));
  }

  /**
   * The logits of some positions, without a way back: [M, V].
   *
   * @param hidden of {@link #hiddenStates}
   * @param rows [M]: which of its rows, each at most once
   */
  public Tensor logits(Tape tape, Tensor hidden, int[] rows) {
    Tensor chosen = tape.scratch(hidden.dtype(), rows.length, hidden.dim(1));
    tape.backend().gatherRows(hidden, tape.upload(rows), chosen, false);
    return head.logits(tape, chosen);
  }

  /**
   * The hidden states of new tokens behind those of a cache, whose keys and values go into it.
   *
   * @param newTokens [B × T]: T new tokens of every sequence
   * @param numTokens [B]: how many of the T are tokens, with padding behind them
   * @return [B × T, C], behind the final norm; rows of padding have no meaning
   */
  public Tensor hiddenStates(Tape tape, int[] newTokens, int[] numTokens, DecoderCache cache) {
    int length = newTokens.length / cache.numSequences();
    Sequences sequences = new Sequences(cache.numSequences(), length, null);
    int[] positionIds = Positions.continued(cache.lengths(), length, 0);
    // Behind the last position there can be padding only.
    Arrays.setAll(positionIds, i -> Math.min(positionIds[i], config.contextLength() - 1));
    Tensor hidden = hidden(tape, newTokens, positionIds, sequences, cache).value();
    cache.advance(numTokens);
    return hidden;
  }

  @Override
  public Tensor next(Tape tape, int[] newTokens, int[] numTokens, DecoderCache cache) {
    Tensor hidden = hiddenStates(tape, newTokens, numTokens, cache);
    int length = newTokens.length / cache.numSequences();
    return logits(tape, hidden, Positions.lastRows(numTokens, length));
  }

  /**
   * A cache for sequences that grow.
   *
   * @param space of the backend that computes
   * @param numSequences B
   * @param capacity tokens of the longest sequence
   */
  public DecoderCache newCache(MemorySpace space, int numSequences, int capacity) {
    return new DecoderCache(
        space,
        new DecoderCache.Shape(
            dtype,
            config.numLayers(),
            numSequences,
            capacity,
            1,
            0,
            config.numKeyValueHeads(),
            config.headSize()));
  }

  /** Layers under GPT-2's names, or under Llama's. */
  private record GptModules(GptConfig config, Modules modules) {
    boolean isGpt2() {
      return config.options().isGpt2();
    }

    boolean hasLearnedPositions() {
      return config.options().positions() == GptOptions.Positions.LEARNED;
    }

    String tokenEmbedding() {
      return isGpt2() ? "transformer.wte.weight" : "model.embed_tokens.weight";
    }

    String positionEmbedding() {
      return isGpt2() ? "transformer.wpe.weight" : "model.embed_positions.weight";
    }

    Norm finalNorm() {
      return norm(isGpt2() ? "transformer.ln_f" : "model.norm");
    }

    private Norm norm(String module) {
      return switch (config.options().norm()) {
        case LAYER_NORM -> modules.layerNorm(module, GptConfig.NORM_EPSILON);
        case RMS_NORM -> modules.rmsNorm(module, GptConfig.NORM_EPSILON);
      };
    }

    VocabularyHead head(Parameter weight) {
      return modules.vocabularyHead(weight, null, 1, config.vocabSize());
    }

    private Sublayer sublayer(String norm) {
      return new Sublayer(norm(norm), true, config.dropout(), modules.slices());
    }

    TransformerBlock block(int layer) {
      return isGpt2()
          ? gpt2Block("transformer.h." + layer + ".")
          : llamaBlock("model.layers." + layer + ".");
    }

    private AttentionShape attention() {
      return new AttentionShape(
              config.numHeads(),
              config.numKeyValueHeads(),
              config.headSize(),
              1 / Math.sqrt((double) config.headSize()),
              true,
              hasLearnedPositions() ? 0 : GptOptions.ROTARY_BASE,
              config.dropout(),
              0)
          .of(modules.slices());
    }

    private TransformerBlock gpt2Block(String block) {
      return new TransformerBlock(
          sublayer(block + "ln_1"),
          new SelfAttention(
              attention(),
              modules.conv1d(block + "attn.c_attn"),
              modules.conv1d(block + "attn.c_proj")),
          sublayer(block + "ln_2"),
          new FeedForward.Plain(
              modules.conv1d(block + "mlp.c_fc"),
              Activation.GELU_TANH,
              modules.conv1d(block + "mlp.c_proj"),
              0,
              modules.slices()));
    }

    private TransformerBlock llamaBlock(String block) {
      return new TransformerBlock(
          sublayer(block + "input_layernorm"),
          new SelfAttention(
              attention(),
              modules.fused(block + "self_attn.", "q_proj", "k_proj", "v_proj"),
              modules.linear(block + "self_attn.o_proj")),
          sublayer(block + "post_attention_layernorm"),
          llamaNetwork(block + "mlp."));
    }

    private FeedForward llamaNetwork(String network) {
      return switch (config.options().feedForward()) {
        case GELU ->
            new FeedForward.Plain(
                modules.linear(network + "up_proj"),
                Activation.GELU_TANH,
                modules.linear(network + "down_proj"),
                0,
                modules.slices());
        case SWIGLU ->
            new FeedForward.Gated(
                modules.linear(network + "gate_proj"),
                modules.linear(network + "up_proj"),
                Activation.SILU,
                modules.linear(network + "down_proj"),
                0,
                modules.slices());
      };
    }
  }
}
