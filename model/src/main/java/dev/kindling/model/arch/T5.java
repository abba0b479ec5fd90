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
import dev.kindling.model.nn.RelativeBias;
import dev.kindling.model.nn.SelfAttention;
import dev.kindling.model.nn.Sequences;
import dev.kindling.model.nn.Sublayer;
import dev.kindling.model.nn.TransformerBlock;
import dev.kindling.model.nn.TransformerStack;
import dev.kindling.model.nn.VocabularyHead;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * An encoder-decoder as T5 (Raffel et al. 2020): pre-norm blocks with RMS norm and no biases, and
 * relative positions whose table all layers of a stack share. Version 1.1 (Shazeer 2020) has a
 * gated network and an output matrix of its own.
 */
public final class T5 extends EncoderDecoder {
  private final T5Config config;
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
    super(
        config, new DecoderShape(parameters.dtype(), config.numDecoderLayers(), config.headSize()));
    this.config = config;
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
  Variable encoded(Tape tape, int[] ids, Sequences inputs) {
    int length = Math.toIntExact(inputs.length());
    Variable stream = embedded(tape, ids, inputs);
    RelativeBias.Computed bias = encoder.bias().forward(tape, 0, length, length);
    AttentionContext context = new AttentionContext(inputs, null, bias, null);
    return finished(tape, encoder, encoder.blocks().forward(tape, stream, context), inputs);
  }

  /** With a cache, all sequences have as many tokens: relative positions are the same for all. */
  @Override
  Variable decoded(
      Tape tape, int[] ids, Sequences outputs, CrossAttention.Memory memory, DecoderCache cache) {
    int length = Math.toIntExact(outputs.length());
    boolean continues = cache != null && !cache.isEmpty();
    int first = cache == null ? 0 : commonLength(cache.lengths());
    int numKeys = continues ? cache.numVisibleKeys() : length;
    RelativeBias.Computed bias = decoder.bias().forward(tape, first, length, numKeys);
    AttentionContext context = new AttentionContext(outputs, null, bias, cache);
    Variable stream = embedded(tape, ids, outputs);
    return finished(
        tape, decoder, decoder.blocks().forward(tape, stream, context, memory), outputs);
  }

  private static int commonLength(int[] lengths) {
    if (Arrays.stream(lengths).anyMatch(other -> other != lengths[0])) {
      throw new IllegalArgumentException(
          "Sequences of "
              + Arrays.toString(lengths)
              + " tokens were to grow: expected the same number in all, because the relative"
              + " positions of T5 are computed once for all");
    }
    return lengths[0];
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
  TransformerStack decoderBlocks() {
    return decoder.blocks();
  }

  @Override
  VocabularyHead head() {
    return head;
  }
}
