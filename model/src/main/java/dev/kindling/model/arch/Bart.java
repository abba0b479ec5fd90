package dev.kindling.model.arch;

import dev.kindling.model.autograd.Tape;
import dev.kindling.model.autograd.Variable;
import dev.kindling.model.backend.Activation;
import dev.kindling.model.layout.PieceRange;
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
import dev.kindling.model.nn.SelfAttention;
import dev.kindling.model.nn.Sequences;
import dev.kindling.model.nn.Sublayer;
import dev.kindling.model.nn.TransformerBlock;
import dev.kindling.model.nn.TransformerStack;
import dev.kindling.model.nn.VocabularyHead;
import java.util.List;

/**
 * An encoder-decoder as BART (Lewis et al. 2020): post-norm blocks, learned positions, a norm after
 * the embeddings, and logits from the transposed token embedding.
 */
public final class Bart extends EncoderDecoder {
  private static final double EPSILON = BartConfig.NORM_EPSILON;

  private final BartConfig config;
  private final Parameter tokens;
  private final Stack encoder;
  private final Stack decoder;
  private final VocabularyHead head;

  /** A stack with what is before it; null for what is not here. */
  private record Stack(Parameter positions, Norm embeddingNorm, TransformerStack blocks) {}

  /**
   * Binds the architecture to its parameters.
   *
   * @param parameters of {@link BartConfig#layout}, or those that {@code here} uses
   * @param here what of the model is here; generation needs all
   */
  public Bart(BartConfig config, Parameters parameters, PieceRange here) {
    super(
        config,
        new DecoderShape(parameters.dtype(), config.numDecoderLayers(), config.headSize()),
        here,
        parameters.slices());
    this.config = config;
    Modules modules = new Modules(parameters);
    boolean encodes = has(pieces().encoderEmbedding());
    boolean decodes = has(pieces().decoderEmbedding());
    boolean predicts = has(pieces().head());
    tokens = encodes || decodes || predicts ? parameters.matrix("model.shared.weight") : null;
    encoder =
        stack(
            modules,
            "model.encoder.",
            encodes,
            stack(
                pieces().encoderBlock(0),
                config.numLayers(),
                layer -> block(modules, "model.encoder.layers." + layer + ".", false)));
    decoder =
        stack(
            modules,
            "model.decoder.",
            decodes,
            stack(
                pieces().decoderBlock(0),
                config.numDecoderLayers(),
                layer -> block(modules, "model.decoder.layers." + layer + ".", true)));
    head = predicts ? modules.vocabularyHead(tokens, null, 1, config.vocabSize()) : null;
  }

  private static Stack stack(
      Modules modules, String name, boolean embeds, TransformerStack blocks) {
    return new Stack(
        embeds ? modules.parameters().matrix(name + "embed_positions.weight") : null,
        embeds ? modules.layerNorm(name + "layernorm_embedding", EPSILON) : null,
        blocks);
  }

  private TransformerBlock block(Modules modules, String block, boolean decodes) {
    return new TransformerBlock(
        sublayer(modules, block + "self_attn_layer_norm"),
        new SelfAttention(
            shape(decodes),
            modules.fused(block + "self_attn.", "q_proj", "k_proj", "v_proj"),
            modules.linear(block + "self_attn.out_proj")),
        decodes ? sublayer(modules, block + "encoder_attn_layer_norm") : null,
        decodes ? crossAttention(modules, block + "encoder_attn.") : null,
        sublayer(modules, block + "final_layer_norm"),
        new FeedForward.Plain(
            modules.linear(block + "fc1"),
            Activation.GELU_ERF,
            modules.linear(block + "fc2"),
            0,
            slices()));
  }

  private Sublayer sublayer(Modules modules, String norm) {
    return new Sublayer(modules.layerNorm(norm, EPSILON), false, config.dropout(), slices());
  }

  private AttentionShape shape(boolean causal) {
    double scale = 1 / Math.sqrt((double) config.headSize());
    return AttentionShape.plain(
            config.numHeads(), config.headSize(), scale, causal, config.dropout())
        .of(slices());
  }

  private CrossAttention crossAttention(Modules modules, String name) {
    return new CrossAttention(
        shape(false),
        modules.linear(name + "q_proj"),
        modules.fused(name, "k_proj", "v_proj"),
        modules.linear(name + "out_proj"));
  }

  @Override
  Variable encoderEmbedded(Tape tape, int[] ids, Sequences inputs) {
    tape.enterPiece(pieces().encoderEmbedding());
    return embedded(tape, encoder, ids, counted(inputs), inputs);
  }

  @Override
  Variable encoderBlocks(Tape tape, Variable stream, Sequences inputs) {
    return encoder.blocks().forward(tape, stream, AttentionContext.of(inputs));
  }

  @Override
  Variable encoderFinished(Tape tape, Variable stream, Sequences inputs) {
    return stream;
  }

  @Override
  Variable decoderEmbedded(Tape tape, int[] ids, Sequences outputs, DecoderCache cache) {
    int[] positions =
        cache == null
            ? counted(outputs)
            : Positions.continued(
                cache.lengths(), Math.toIntExact(outputs.length()), BartConfig.POSITION_OFFSET);
    return embedded(tape, decoder, ids, positions, outputs);
  }

  @Override
  Variable decoderBlocks(
      Tape tape,
      Variable stream,
      Sequences outputs,
      CrossAttention.Memory memory,
      DecoderCache cache) {
    AttentionContext context = new AttentionContext(outputs, null, null, cache);
    return decoder.blocks().forward(tape, stream, context, memory);
  }

  @Override
  Variable decoderFinished(Tape tape, Variable stream, Sequences outputs) {
    return stream;
  }

  private static int[] counted(Sequences sequences) {
    return Positions.counted(sequences.count(), sequences.length(), BartConfig.POSITION_OFFSET);
  }

  private Variable embedded(
      Tape tape, Stack stack, int[] ids, int[] positions, Sequences sequences) {
    Variable sum =
        Embedding.sum(
            tape,
            slices(),
            List.of(
                Embedding.ofTokens(tape, slices(), tokens, config.vocabSize(), ids),
                new Embedding.LookUp(stack.positions(), tape.upload(positions))));
    Variable normed = stack.embeddingNorm().forward(tape, sum);
    return Operations.drop(tape, config.dropout(), normed, sequences.count());
  }

  @Override
  TransformerStack decoderBlocks() {
    return decoder.blocks();
  }

  @Override
  VocabularyHead head() {
    return head;
  }
}
