package dev.kindling.model.arch;

import dev.kindling.model.autograd.Tape;
import dev.kindling.model.autograd.Variable;
import dev.kindling.model.backend.Activation;
import dev.kindling.model.batch.Batch;
import dev.kindling.model.batch.MaskedBatch;
import dev.kindling.model.nn.AttentionContext;
import dev.kindling.model.nn.AttentionShape;
import dev.kindling.model.nn.Embedding;
import dev.kindling.model.nn.FeedForward;
import dev.kindling.model.nn.Linear;
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
import dev.kindling.model.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * An encoder-only Transformer as BERT (Devlin et al. 2019): post-norm blocks over the sum of token,
 * position and segment embeddings; masked tokens are predicted through a transform and the
 * transposed token embedding, the relation of two sentences from the first token.
 */
public final class Bert implements LanguageModel {
  private static final double EPSILON = BertConfig.NORM_EPSILON;

  private final BertConfig config;
  private final Parameter tokens;
  private final Parameter positions;
  private final Parameter segments;
  private final Norm embeddingNorm;
  private final TransformerStack stack;
  private final Linear transform;
  private final Norm transformNorm;
  private final VocabularyHead head;
  private final Linear pooler;
  private final VocabularyHead nextSentence;

  /**
   * Binds the architecture to its parameters.
   *
   * @param parameters of {@link BertConfig#layout}
   */
  public Bert(BertConfig config, Parameters parameters) {
    this.config = config;
    Modules modules = new Modules(parameters);
    tokens = parameters.matrix("bert.embeddings.word_embeddings.weight");
    positions = parameters.matrix("bert.embeddings.position_embeddings.weight");
    segments = parameters.matrix("bert.embeddings.token_type_embeddings.weight");
    embeddingNorm = modules.layerNorm("bert.embeddings.LayerNorm", EPSILON);
    List<TransformerBlock> blocks = new ArrayList<>();
    for (int layer = 0; layer < config.numLayers(); layer++) {
      blocks.add(block(modules, "bert.encoder.layer." + layer + "."));
    }
    stack = new TransformerStack(blocks);
    transform = modules.linear("cls.predictions.transform.dense");
    transformNorm = modules.layerNorm("cls.predictions.transform.LayerNorm", EPSILON);
    head = new VocabularyHead(tokens, parameters.vector("cls.predictions.bias"), 1);
    pooler = modules.linear("bert.pooler.dense");
    nextSentence =
        new VocabularyHead(
            parameters.matrix("cls.seq_relationship.weight"),
            parameters.vector("cls.seq_relationship.bias"),
            1);
  }

  private TransformerBlock block(Modules modules, String block) {
    double scale = 1 / Math.sqrt((double) config.headSize());
    AttentionShape shape =
        AttentionShape.plain(config.numHeads(), config.headSize(), scale, false, config.dropout());
    return new TransformerBlock(
        sublayer(modules, block + "attention.output.LayerNorm"),
        new SelfAttention(
            shape,
            modules.fused(block + "attention.self.", "query", "key", "value"),
            modules.linear(block + "attention.output.dense")),
        sublayer(modules, block + "output.LayerNorm"),
        new FeedForward.Plain(
            modules.linear(block + "intermediate.dense"),
            Activation.GELU_ERF,
            modules.linear(block + "output.dense"),
            0));
  }

  private Sublayer sublayer(Modules modules, String norm) {
    return new Sublayer(modules.layerNorm(norm, EPSILON), false, config.dropout());
  }

  /**
   * Only the rows with a counted target go through the head; there is one loss for each of them.
   */
  @Override
  public Losses losses(Tape tape, Batch batch, LossScale scale) {
    if (!(batch instanceof MaskedBatch masked)) {
      throw Positions.wrongBatch(batch, "BERT", "MaskedBatch");
    }
    Variable hidden = hidden(tape, masked);
    int[] counted =
        IntStream.range(0, masked.targets().length)
            .filter(i -> masked.targets()[i] != Batch.IGNORED)
            .toArray();
    Tensor losses = null;
    if (counted.length > 0) {
      Variable chosen = Operations.chooseRows(tape, hidden, tape.upload(counted));
      int[] ids = Arrays.stream(counted).map(i -> masked.targets()[i]).toArray();
      losses = head.losses(tape, transformed(tape, chosen), tape.upload(ids), scale.target());
    }
    if (masked.nextSentence().length == 0) {
      return new Losses(losses, null);
    }
    Variable pooled = pooled(tape, hidden, masked);
    Tensor labels = tape.upload(masked.nextSentence());
    return new Losses(losses, nextSentence.losses(tape, pooled, labels, scale.sentencePair()));
  }

  /** Hidden states after the last block: [B × T, C]. */
  private Variable hidden(Tape tape, MaskedBatch batch) {
    Positions.requireLength("A sequence", batch.length(), config);
    int[] counted = Positions.counted(batch.size(), batch.length(), 0);
    Variable embedded =
        Embedding.sum(
            tape,
            List.of(
                new Embedding.LookUp(tokens, tape.upload(batch.inputs())),
                new Embedding.LookUp(positions, tape.upload(counted)),
                new Embedding.LookUp(segments, tape.upload(batch.segments()))));
    Variable normed = embeddingNorm.forward(tape, embedded);
    Variable stream = Operations.drop(tape, config.dropout(), normed, batch.size());
    Sequences sequences = new Sequences(batch.size(), batch.length(), tape.upload(batch.lengths()));
    return stack.forward(tape, stream, AttentionContext.of(sequences));
  }

  private Variable transformed(Tape tape, Variable hidden) {
    Variable dense = transform.forward(tape, hidden);
    return transformNorm.forward(tape, Operations.activate(tape, Activation.GELU_ERF, dense));
  }

  /** tanh of a linear map of the first token of every sequence. */
  private Variable pooled(Tape tape, Variable hidden, MaskedBatch batch) {
    int[] first = IntStream.range(0, batch.size()).map(i -> i * batch.length()).toArray();
    Variable chosen = Operations.chooseRows(tape, hidden, tape.upload(first));
    return Operations.activate(tape, Activation.TANH, pooler.forward(tape, chosen));
  }

  /** The logits of every position, [B × T, V], without a way back. */
  public Tensor logits(Tape tape, MaskedBatch batch) {
    return head.logits(tape, transformed(tape, hidden(tape, batch)).value());
  }

  /** The logits of next (0) and not next (1), [B, 2], without a way back. */
  public Tensor nextSentenceLogits(Tape tape, MaskedBatch batch) {
    return nextSentence.logits(tape, pooled(tape, hidden(tape, batch), batch).value());
  }
}
