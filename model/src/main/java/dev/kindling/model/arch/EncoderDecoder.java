package dev.kindling.model.arch;

import dev.kindling.model.autograd.Tape;
import dev.kindling.model.autograd.Variable;
import dev.kindling.model.backend.SliceGroup;
import dev.kindling.model.batch.Batch;
import dev.kindling.model.batch.SequenceToSequenceBatch;
import dev.kindling.model.layout.PieceRange;
import dev.kindling.model.nn.CrossAttention;
import dev.kindling.model.nn.DecoderCache;
import dev.kindling.model.nn.Operations;
import dev.kindling.model.nn.Sequences;
import dev.kindling.model.nn.TransformerBlock;
import dev.kindling.model.nn.TransformerStack;
import dev.kindling.model.nn.VocabularyHead;
import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.MemorySpace;
import dev.kindling.model.tensor.Tensor;
import java.util.List;
import java.util.function.IntFunction;

/**
 * What encoder-decoders have in common: an architecture adds what is around and inside of its two
 * stacks.
 */
abstract sealed class EncoderDecoder implements SequenceToSequence permits T5, Bart {
  private final ArchitectureConfig config;
  private final DecoderShape decoderShape;
  private final PieceRange here;
  private final StackPieces pieces;
  private final SliceGroup slices;

  /**
   * What a cache of the decoder depends on.
   *
   * @param dtype of keys and values
   * @param numLayers of the decoder
   * @param headSize D
   */
  record DecoderShape(DType dtype, int numLayers, int headSize) {}

  EncoderDecoder(
      ArchitectureConfig config, DecoderShape decoderShape, PieceRange here, SliceGroup slices) {
    this.config = config;
    this.decoderShape = decoderShape;
    this.here = here;
    this.pieces = new StackPieces(config.numLayers(), decoderShape.numLayers());
    this.slices = slices;
  }

  /** The numbers of the pieces. */
  StackPieces pieces() {
    return pieces;
  }

  /** Whether a piece is here. */
  boolean has(int piece) {
    return here.contains(piece);
  }

  /** Who has the other slices. */
  SliceGroup slices() {
    return slices;
  }

  /** The blocks of a stack that are here, the first of all being piece {@code firstPiece}. */
  TransformerStack stack(int firstPiece, int numBlocks, IntFunction<TransformerBlock> block) {
    return new TransformerStack(
        here.within(firstPiece, numBlocks).mapToObj(block).toList(),
        Math.max(firstPiece, here.first()));
  }

  /**
   * The look-up of the encoder's tokens: the stream of its first block, [B × Ts, C].
   *
   * @param ids [B × Ts]
   */
  abstract Variable encoderEmbedded(Tape tape, int[] ids, Sequences inputs);

  /** The blocks of the encoder that are here, [B × Ts, C] to the same. */
  abstract Variable encoderBlocks(Tape tape, Variable stream, Sequences inputs);

  /** What is behind the last block of the encoder, [B × Ts, C] to the same. */
  abstract Variable encoderFinished(Tape tape, Variable stream, Sequences inputs);

  /**
   * The look-up of the decoder's tokens, [B × T, C].
   *
   * @param ids [B × T]
   * @param cache what earlier tokens left; null where there are none
   */
  abstract Variable decoderEmbedded(Tape tape, int[] ids, Sequences outputs, DecoderCache cache);

  /**
   * The blocks of the decoder that are here, [B × T, C] to the same.
   *
   * @param memory the encoder's output; null where the cache has it
   * @param cache what earlier tokens left; null where there are none
   */
  abstract Variable decoderBlocks(
      Tape tape,
      Variable stream,
      Sequences outputs,
      CrossAttention.Memory memory,
      DecoderCache cache);

  /** What is behind the last block of the decoder, [B × T, C] to the same. */
  abstract Variable decoderFinished(Tape tape, Variable stream, Sequences outputs);

  abstract TransformerStack decoderBlocks();

  abstract VocabularyHead head();

  @Override
  public Flow forward(Tape tape, Batch batch, Flow before, LossScale scale) {
    SequenceToSequenceBatch pairs = checked(batch);
    Sequences inputs = inputs(tape, pairs);
    Flow flow = before;
    if (here.first() < pieces.decoderEmbedding()) {
      Variable stream =
          has(pieces.encoderEmbedding())
              ? encoderEmbedded(tape, pairs.inputs(), inputs)
              : before.stream();
      flow = Flow.of(encoderBlocks(tape, stream, inputs));
    }
    if (here.end() <= pieces.decoderEmbedding()) {
      return flow;
    }
    Sequences outputs = new Sequences(pairs.size(), pairs.targetLength(), null);
    if (has(pieces.decoderEmbedding())) {
      tape.enterPiece(pieces.decoderEmbedding());
      Variable memory = encoderFinished(tape, flow.stream(), inputs);
      flow = Flow.of(decoderEmbedded(tape, pairs.decoderInputs(), outputs, null), memory);
    }
    Variable memory = flow.variables().get(1);
    Variable decoded = flow.stream();
    if (!decoderBlocks().blocks().isEmpty()) {
      // Every block reads the whole memory, so what the slices find is summed up once for all.
      Variable read = Operations.intoSlices(tape, slices, memory);
      CrossAttention.Memory remembered = new CrossAttention.Memory(read, inputs);
      decoded = decoderBlocks(tape, decoded, outputs, remembered, null);
    }
    if (!has(pieces.head())) {
      return Flow.of(decoded, memory);
    }
    tape.enterPiece(pieces.head());
    Variable hidden = decoderFinished(tape, decoded, outputs);
    Tensor targets = tape.upload(pairs.targets());
    return Flow.of(new Losses(head().losses(tape, hidden, targets, scale.target()), null));
  }

  @Override
  public List<long[]> inputShapes(Batch batch) {
    SequenceToSequenceBatch pairs = checked(batch);
    if (has(pieces.encoderEmbedding())) {
      return List.of();
    }
    long width = config.embeddingSize();
    long[] memory = {pairs.inputs().length, width};
    return here.first() <= pieces.decoderEmbedding()
        ? List.of(memory)
        : List.of(new long[] {(long) pairs.size() * pairs.targetLength(), width}, memory);
  }

  private SequenceToSequenceBatch checked(Batch batch) {
    if (!(batch instanceof SequenceToSequenceBatch pairs)) {
      throw Positions.wrongBatch(batch, getClass().getSimpleName(), "SequenceToSequenceBatch");
    }
    Positions.requireLength("A target", pairs.targetLength(), config);
    Positions.requireLength("An input", pairs.inputs().length / pairs.size(), config);
    return pairs;
  }

  private static Sequences inputs(Tape tape, SequenceToSequenceBatch batch) {
    int length = batch.inputs().length / batch.size();
    return new Sequences(batch.size(), length, tape.upload(batch.inputLengths()));
  }

  /** The logits of every target position, [B × T, V], without a way back. */
  public Tensor logits(Tape tape, SequenceToSequenceBatch batch) {
    checked(batch);
    CrossAttention.Memory memory = remembered(tape, batch.inputs(), batch.inputLengths());
    Sequences outputs = new Sequences(batch.size(), batch.targetLength(), null);
    return head().logits(tape, decoded(tape, batch.decoderInputs(), outputs, memory, null).value());
  }

  private Variable decoded(
      Tape tape, int[] ids, Sequences outputs, CrossAttention.Memory memory, DecoderCache cache) {
    Variable stream = decoderEmbedded(tape, ids, outputs, cache);
    return decoderFinished(tape, decoderBlocks(tape, stream, outputs, memory, cache), outputs);
  }

  private CrossAttention.Memory remembered(Tape tape, int[] ids, int[] lengths) {
    int length = ids.length / lengths.length;
    Positions.requireLength("An input", length, config);
    Sequences inputs = new Sequences(lengths.length, length, tape.upload(lengths));
    Variable blocks = encoderBlocks(tape, encoderEmbedded(tape, ids, inputs), inputs);
    return new CrossAttention.Memory(encoderFinished(tape, blocks, inputs), inputs);
  }

  @Override
  public Tensor hiddenStates(Tape tape, int[] tokens, int[] lengths) {
    return remembered(tape, tokens, lengths).values().value();
  }

  @Override
  public void encode(Tape tape, int[] inputs, int[] lengths, DecoderCache cache) {
    decoderBlocks().fill(tape, remembered(tape, inputs, lengths), lengths, cache);
  }

  @Override
  public Tensor next(Tape tape, int[] newTokens, int[] numTokens, DecoderCache cache) {
    int length = newTokens.length / cache.numSequences();
    Sequences outputs = new Sequences(cache.numSequences(), length, null);
    Variable hidden = decoded(tape, newTokens, outputs, null, cache);
    cache.advance(numTokens);
    Tensor lastRows = tape.upload(Positions.lastRows(numTokens, length));
    return head().logits(tape, Operations.chooseRows(tape, hidden, lastRows).value());
  }

  @Override
  public DecoderCache newCache(
      MemorySpace space, int numInputs, int sequencesPerInput, int capacity, int inputLength) {
    return new DecoderCache(
        space,
        new DecoderCache.Shape(
            decoderShape.dtype(),
            decoderShape.numLayers(),
            numInputs * sequencesPerInput,
            capacity,
            sequencesPerInput,
            inputLength,
            config.numHeads(),
            decoderShape.headSize()));
  }
}
