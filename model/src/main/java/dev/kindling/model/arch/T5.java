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
import dev.kindling.model.nn.RelativeBias;
import dev.kindling.model.nn.SelfAttention;
import dev.kindling.model.nn.Sequences;
import dev.kindling.model.nn.Sublayer;
import dev.kindling.model.nn.TransformerBlock;
import dev.kindling.model.nn.TransformerStack;
import dev.kindling.model.nn.VocabularyHead;
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

  /** A stack with what is around it; null for what is not here. */
  private record Stack(TransformerStack blocks, RelativeBias bias, Norm finalNorm) {}

  /**
   * Binds the architecture to its parameters.
   *
   * @param parameters of {@link T5Config#layout}, or those that {@code here} uses
   * @param here what of the model is here; generation needs all
   */
  public T5(T5Config config, Parameters parameters, PieceRange here) {
    super(
        config,
        new DecoderShape(parameters.dtype(), config.numDecoderLayers(), config.headSize()),
        here,
        parameters.slices());
    this.config = config;
    Modules modules = new Modules(parameters);
    boolean predicts = has(pieces().head());
    boolean looksUp = has(pieces().encoderEmbedding()) || has(pieces().decoderEmbedding());
    tokens = looksUp || (predicts && !config.gated()) ? parameters.matrix("shared.weight") : null;
    TransformerStack encoderBlocks =
        stack(
            pieces().encoderBlock(0),
            config.numLayers(),
            layer -> block(modules, "encoder.block." + layer, false));
    encoder =
        new Stack(
            encoderBlocks,
            encoderBlocks.blocks().isEmpty() ? null : bias(modules, "encoder.", false),
            has(pieces().decoderEmbedding()) ? finalNorm(modules, "encoder.") : null);
    TransformerStack decoderBlocks =
        stack(
            pieces().decoderBlock(0),
            config.numDecoderLayers(),
            layer -> block(modules, "decoder.block." + layer, true));
    decoder =
        new Stack(
            decoderBlocks,
            decoderBlocks.blocks().isEmpty() ? null : bias(modules, "decoder.", true),
            predicts ? finalNorm(modules, "decoder.") : null);
    head = predicts ? head(modules) : null;
  }

  private VocabularyHead head(Modules modules) {
    return config.gated()
        ? modules.vocabularyHead(
            modules.parameters().matrix("lm_head.weight"), null, 1, config.vocabSize())
        : modules.vocabularyHead(
            tokens, null, Math.pow(config.embeddingSize(), -0.5), config.vocabSize());
  }

  private static Norm finalNorm(Modules modules, String stack) {
    return modules.rmsNorm(stack + "final_layer_norm", T5Config.NORM_EPSILON);
  }

  private static RelativeBias bias(Modules modules, String stack, boolean causal) {
    String table = stack + "block.0.layer.0.SelfAttention.relative_attention_bias.weight";
    return new RelativeBias(
        modules.parameters().vector(table), !causal, T5Config.MAX_POSITION_DISTANCE);
  }

  private TransformerBlock block(Modules modules, String name, boolean decodes) {
    String layer = name + ".layer.";
    Sublayer attention = sublayer(modules, layer + "0");
    SelfAttention self = selfAttention(modules, layer + "0.SelfAttention.", decodes);
    return decodes
        ? new TransformerBlock(
            attention,
            self,
            sublayer(modules, layer + "1"),
            crossAttention(modules, layer + "1.EncDecAttention."),
            sublayer(modules, layer + "2"),
            network(modules, layer + "2.DenseReluDense."))
        : new TransformerBlock(
            attention,
            self,
            sublayer(modules, layer + "1"),
            network(modules, layer + "1.DenseReluDense."));
  }

  private Sublayer sublayer(Modules modules, String name) {
    Norm norm = modules.rmsNorm(name + ".layer_norm", T5Config.NORM_EPSILON);
    return new Sublayer(norm, true, config.dropout(), slices());
  }

  /** The scores are not scaled: the initialisation of the queries sees to it. */
  private AttentionShape shape(boolean causal) {
    return AttentionShape.plain(config.numHeads(), config.headSize(), 1, causal, config.dropout())
        .of(slices());
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
            config.dropout(),
            slices())
        : new FeedForward.Plain(
            modules.linear(name + "wi"),
            Activation.RELU,
            modules.linear(name + "wo"),
            config.dropout(),
            slices());
  }

  @Override
  Variable encoderEmbedded(Tape tape, int[] ids, Sequences inputs) {
    tape.enterPiece(pieces().encoderEmbedding());
    return embedded(tape, ids, inputs);
  }

  @Override
  Variable encoderBlocks(Tape tape, Variable stream, Sequences inputs) {
    if (encoder.blocks().blocks().isEmpty()) {
      return stream;
    }
    int length = Math.toIntExact(inputs.length());
    RelativeBias.Computed bias = encoder.bias().forward(tape, 0, length, length);
    AttentionContext context = new AttentionContext(inputs, null, bias, null);
    return encoder.blocks().forward(tape, stream, context);
  }

  @Override
  Variable encoderFinished(Tape tape, Variable stream, Sequences inputs) {
    return finished(tape, encoder, stream, inputs);
  }

  @Override
  Variable decoderEmbedded(Tape tape, int[] ids, Sequences outputs, DecoderCache cache) {
    return embedded(tape, ids, outputs);
  }

  /** With a cache, all sequences have as many tokens: relative positions are the same for all. */
  @Override
  Variable decoderBlocks(
      Tape tape,
      Variable stream,
      Sequences outputs,
      CrossAttention.Memory memory,
      DecoderCache cache) {
    int length = Math.toIntExact(outputs.length());
    boolean continues = cache != null && !cache.isEmpty();
    int first = cache == null ? 0 : commonLength(cache.lengths());
    int numKeys = continues ? cache.numVisibleKeys(1) : length;
    RelativeBias.Computed bias = decoder.bias().forward(tape, first, length, numKeys);
    AttentionContext context = new AttentionContext(outputs, null, bias, cache);
    return decoder.blocks().forward(tape, stream, context, memory);
  }

  @Override
  Variable decoderFinished(Tape tape, Variable stream, Sequences outputs) {
    return finished(tape, decoder, stream, outputs);
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
    Embedding.LookUp lookUp = Embedding.ofTokens(tape, slices(), tokens, config.vocabSize(), ids);
    Variable embedded = Embedding.sum(tape, slices(), List.of(lookUp));
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
