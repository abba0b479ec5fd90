package dev.kindling.model.arch;

import dev.kindling.model.autograd.Tape;
import dev.kindling.model.autograd.Variable;
import dev.kindling.model.backend.Activation;
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
import java.util.ArrayList;
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

  /** A stack with what is before it. */
  private record Stack(Parameter positions, Norm embeddingNorm, TransformerStack blocks) {}

  /**
   * Binds the architecture to its parameters.
   *
   * @param parameters of {@link BartConfig#layout}
   */
  public Bart(BartConfig config, Parameters parameters) {
    super(
        config, new DecoderShape(parameters.dtype(), config.numDecoderLayers(), config.headSize()));
    this.config = config;
    Modules modules = new Modules(parameters);
    tokens = parameters.matrix("model.shared.weight");
    encoder = stack(modules, "model.encoder.", config.numLayers(), false);
    decoder = stack(modules, "model.decoder.", config.numDecoderLayers(), true);
    head = new VocabularyHead(tokens, null, 1);
  }

  private Stack stack(Modules modules, String name, int numLayers, boolean causal) {
    List<TransformerBlock> blocks = new ArrayList<>();
    for (int layer = 0; layer < numLayers; layer++) {
      String block = name + "layers." + layer + ".";
      blocks.add(
          new TransformerBlock(
              sublayer(modules, block + "self_attn_layer_norm"),
              new SelfAttention(
                  shape(causal),
                  modules.fused(block + "self_attn.", "q_proj", "k_proj", "v_proj"),
                  modules.linear(block + "self_attn.out_proj")),
              causal ? sublayer(modules, block + "encoder_attn_layer_norm") : null,
              causal ? crossAttention(modules, block + "encoder_attn.") : null,
              sublayer(modules, block + "final_layer_norm"),
              new FeedForward.Plain(
                  modules.linear(block + "fc1"),
                  Activation.GELU_ERF,
                  modules.linear(block + "fc2"),
                  0)));
    }
    return new Stack(
        modules.parameters().matrix(name + "embed_positions.weight"),
        modules.layerNorm(name + "layernorm_embedding", EPSILON),
        new TransformerStack(blocks));
  }

  private Sublayer sublayer(Modules modules, String norm) {
    return new Sublayer(modules.layerNorm(norm, EPSILON), false, config.dropout());
  }

  private AttentionShape shape(boolean causal) {
    double scale = 1 / Math.sqrt((double) config.headSize());
    return AttentionShape.plain(
        config.numHeads(), config.headSize(), scale, causal, config.dropout());
  }

  private CrossAttention crossAttention(Modules modules, String name) {
    return new CrossAttention(
        shape(false),
        modules.linear(name + "q_proj"),
        modules.fused(name, "k_proj", "v_proj"),
        modules.linear(name + "out_proj"));
  }

  @Override
  Variable encoded(Tape tape, int[] ids, Sequences inputs) {
    Variable stream = embedded(tape, encoder, ids, counted(inputs), inputs);
    return encoder.blocks().forward(tape, stream, AttentionContext.of(inputs));
  }

  @Override
  Variable decoded(
      Tape tape, int[] ids, Sequences outputs, CrossAttention.Memory memory, DecoderCache cache) {
    int[] positions =
        cache == null
            ? counted(outputs)
            : Positions.continued(
                cache.lengths(), Math.toIntExact(outputs.length()), BartConfig.POSITION_OFFSET);
    Variable stream = embedded(tape, decoder, ids, positions, outputs);
    AttentionContext context = new AttentionContext(outputs, null, null, cache);
    return decoder.blocks().forward(tape, stream, context, memory);
  }

  private static int[] counted(Sequences sequences) {
    return Positions.counted(sequences.count(), sequences.length(), BartConfig.POSITION_OFFSET);
  }

  private Variable embedded(
      Tape tape, Stack stack, int[] ids, int[] positions, Sequences sequences) {
    Variable sum =
        Embedding.sum(
            tape,
            List.of(
                new Embedding.LookUp(tokens, tape.upload(ids)),
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
