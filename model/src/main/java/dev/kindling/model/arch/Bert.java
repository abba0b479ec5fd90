package dev.kindling.model.arch;

import dev.kindling.model.autograd.Tape;
import dev.kindling.model.autograd.Variable;
import dev.kindling.model.backend.Activation;
import dev.kindling.model.backend.SliceGroup;
import dev.kindling.model.batch.Batch;
import dev.kindling.model.batch.MaskedBatch;
import dev.kindling.model.layout.PieceRange;
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

  private static final String TOKENS = "bert.embeddings.word_embeddings.weight";

  private final BertConfig config;
  private final PieceRange pieces;
  private final SliceGroup slices;
  private final Embeddings embeddings;
  private final TransformerStack stack;
  private final Heads heads;

  /** What the first piece has. */
  private record Embeddings(
      Parameter tokens, Parameter positions, Parameter segments, Norm embeddingNorm) {
    static Embeddings of(Modules modules) {
      Parameters parameters = modules.parameters();
      return new Embeddings(
          parameters.matrix(TOKENS),
          parameters.matrix("bert.embeddings.position_embeddings.weight"),
          parameters.matrix("bert.embeddings.token_type_embeddings.weight"),
          modules.layerNorm("bert.embeddings.LayerNorm", EPSILON));
    }
  }

  /** What the last piece has. */
  private record Heads(
      Linear transform,
      Norm transformNorm,
      VocabularyHead tokens,
      Linear pooler,
      VocabularyHead nextSentence) {
    static Heads of(Modules modules, int vocabSize) {
      Parameters parameters = modules.parameters();
      return new Heads(
          modules.linear("cls.predictions.transform.dense"),
          modules.layerNorm("cls.predictions.transform.LayerNorm", EPSILON),
          modules.vocabularyHead(
              parameters.matrix(TOKENS), parameters.vector("cls.predictions.bias"), 1, vocabSize),
          modules.linear("bert.pooler.dense"),
          new VocabularyHead(
              parameters.matrix("cls.seq_relationship.weight"),
              parameters.vector("cls.seq_relationship.bias"),
              1));
    }
  }

  /**
   * Binds the architecture to its parameters.
   *
   * @param parameters of {@link BertConfig#layout}, or those that {@code pieces} use
   * @param pieces what of the model is here
   */
  public Bert(BertConfig config, Parameters parameters, PieceRange pieces) {
    this.config = config;
    this.pieces = pieces;
    this.slices = parameters.slices();
    Modules modules = new Modules(parameters);
    embeddings = pieces.contains(0) ? Embeddings.of(modules) : null;
    stack =
        new TransformerStack(
            pieces
                .within(1, config.numLayers())
                .mapToObj(layer -> block(modules, "bert.encoder.layer." + layer + "."))
                .toList(),
            Math.max(1, pieces.first()));
    heads = pieces.contains(headPiece()) ? Heads.of(modules, config.vocabSize()) : null;
  }

  private int headPiece() {
    return config.numLayers() + 1;
  }

  private TransformerBlock block(Modules modules, String block) {
    double scale = 1 / Math.sqrt((double) config.headSize());
    AttentionShape shape =
        AttentionShape.plain(config.numHeads(), config.headSize(), scale, false, config.dropout())
            .of(slices);
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
            0,
            slices));
  }

  private Sublayer sublayer(Modules modules, String norm) {
    return new Sublayer(modules.layerNorm(norm, EPSILON), false, config.dropout(), slices);
  }

  @Override
  public Flow forward(Tape tape, Batch batch, Flow before, LossScale scale) {
    MaskedBatch masked = checked(batch);
    Variable stream =
        pieces.contains(0)
            ? embedded(tape, masked.inputs(), masked.segments(), masked.size())
            : before.stream();
    Sequences sequences =
        new Sequences(masked.size(), masked.length(), tape.upload(masked.lengths()));
    Variable hidden = stack.forward(tape, stream, AttentionContext.of(sequences));
    if (heads == null) {
      return Flow.of(hidden);
    }
    tape.enterPiece(headPiece());
    return Flow.of(losses(tape, hidden, masked, scale));
  }

  @Override
  public List<long[]> inputShapes(Batch batch) {
    MaskedBatch masked = checked(batch);
    long numRows = (long) masked.size() * masked.length();
    return pieces.contains(0) ? List.of() : List.of(new long[] {numRows, config.embeddingSize()});
  }

  private MaskedBatch checked(Batch batch) {
    if (!(batch instanceof MaskedBatch masked)) {
      throw Positions.wrongBatch(batch, "BERT", "MaskedBatch");
    }
    Positions.requireLength("A sequence", masked.length(), config);
    return masked;
  }

  private Variable embedded(Tape tape, int[] ids, int[] segments, long numSequences) {
    tape.enterPiece(0);
    int[] counted = Positions.counted(numSequences, ids.length / numSequences, 0);
    Variable embedded =
        Embedding.sum(
            tape,
            slices,
            List.of(
                Embedding.ofTokens(tape, slices, embeddings.tokens(), config.vocabSize(), ids),
                new Embedding.LookUp(embeddings.positions(), tape.upload(counted)),
                new Embedding.LookUp(embeddings.segments(), tape.upload(segments))));
    Variable normed = embeddings.embeddingNorm().forward(tape, embedded);
    return Operations.drop(tape, config.dropout(), normed, numSequences);
  }

  /**
   * Only the rows with a counted target go through the head; there is one loss for each of them.
   */
  private Losses losses(Tape tape, Variable hidden, MaskedBatch batch, LossScale scale) {
    int[] counted =
        IntStream.range(0, batch.targets().length)
            .filter(i -> batch.targets()[i] != Batch.IGNORED)
            .toArray();
    Tensor losses = null;
    if (counted.length > 0) {
      Variable chosen = Operations.chooseRows(tape, hidden, tape.upload(counted));
      int[] ids = Arrays.stream(counted).map(i -> batch.targets()[i]).toArray();
      losses =
          heads.tokens().losses(tape, transformed(tape, chosen), tape.upload(ids), scale.target());
    }
    if (batch.nextSentence().length == 0) {
      return new Losses(losses, null);
    }
    Variable pooled = pooled(tape, hidden, batch);
    Tensor labels = tape.upload(batch.nextSentence());
    return new Losses(
        losses, heads.nextSentence().losses(tape, pooled, labels, scale.sentencePair()));
  }

  /** Hidden states after the last block, with all pieces here: [B × T, C]. */
  private Variable hidden(Tape tape, int[] ids, int[] segments, int[] lengths) {
    int length = ids.length / lengths.length;
    Sequences sequences = new Sequences(lengths.length, length, tape.upload(lengths));
    Variable stream = embedded(tape, ids, segments, lengths.length);
    return stack.forward(tape, stream, AttentionContext.of(sequences));
  }

  private Variable hidden(Tape tape, MaskedBatch batch) {
    return hidden(tape, batch.inputs(), batch.segments(), batch.lengths());
  }

  @Override
  public Tensor hiddenStates(Tape tape, int[] tokens, int[] lengths) {
    Positions.requireLength("A sequence", tokens.length / lengths.length, config);
    return hidden(tape, tokens, new int[tokens.length], lengths).value();
  }

  private Variable transformed(Tape tape, Variable hidden) {
    Variable dense = heads.transform().forward(tape, hidden);
    return heads
        .transformNorm()
        .forward(tape, Operations.activate(tape, Activation.GELU_ERF, dense));
  }

  /** tanh of a linear map of the first token of every sequence. */
  private Variable pooled(Tape tape, Variable hidden, MaskedBatch batch) {
    int[] first = IntStream.range(0, batch.size()).map(i -> i * batch.length()).toArray();
    Variable chosen = Operations.chooseRows(tape, hidden, tape.upload(first));
    return Operations.activate(tape, Activation.TANH, heads.pooler().forward(tape, chosen));
  }

  /** The logits of every position, [B × T, V], without a way back. */
  public Tensor logits(Tape tape, MaskedBatch batch) {
    return heads.tokens().logits(tape, transformed(tape, hidden(tape, batch)).value());
  }

  /** The logits of next (0) and not next (1), [B, 2], without a way back. */
  public Tensor nextSentenceLogits(Tape tape, MaskedBatch batch) {
    return heads.nextSentence().logits(tape, pooled(tape, hidden(tape, batch), batch).value());
  }
}
