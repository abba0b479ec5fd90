package dev.kindling.model.arch;

import dev.kindling.model.autograd.Tape;
import dev.kindling.model.autograd.Variable;
import dev.kindling.model.batch.Batch;
import dev.kindling.model.batch.SequenceToSequenceBatch;
import dev.kindling.model.nn.CrossAttention;
import dev.kindling.model.nn.DecoderCache;
import dev.kindling.model.nn.Operations;
import dev.kindling.model.nn.Sequences;
import dev.kindling.model.nn.TransformerStack;
import dev.kindling.model.nn.VocabularyHead;
import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.Tensor;

/** What encoder-decoders have in common: an architecture adds its two stacks. */
abstract sealed class EncoderDecoder implements SequenceToSequence permits T5, Bart {
  private final ArchitectureConfig config;
  private final DecoderShape decoderShape;

  /**
   * What a cache of the decoder depends on.
   *
   * @param dtype of keys and values
   * @param numLayers of the decoder
   * @param headSize D
   */
  record DecoderShape(DType dtype, int numLayers, int headSize) {}

  EncoderDecoder(ArchitectureConfig config, DecoderShape decoderShape) {
    this.config = config;
    this.decoderShape = decoderShape;
  }

  /**
   * The output of the encoder, [B × Ts, C].
   *
   * @param ids [B × Ts]
   */
  abstract Variable encoded(Tape tape, int[] ids, Sequences inputs);

  /**
   * The output of the decoder, [B × T, C].
   *
   * @param ids [B × T]
   * @param memory the encoder's output; null where the cache has it
   * @param cache what earlier tokens left; null where there are none
   */
  abstract Variable decoded(
      Tape tape, int[] ids, Sequences outputs, CrossAttention.Memory memory, DecoderCache cache);

  abstract TransformerStack decoderBlocks();

  abstract VocabularyHead head();

  @Override
  public Losses losses(Tape tape, Batch batch, LossScale scale) {
    if (!(batch instanceof SequenceToSequenceBatch pairs)) {
      throw Positions.wrongBatch(batch, getClass().getSimpleName(), "SequenceToSequenceBatch");
    }
    Tensor targets = tape.upload(pairs.targets());
    return new Losses(head().losses(tape, decoded(tape, pairs), targets, scale.target()), null);
  }

  /** The logits of every target position, [B × T, V], without a way back. */
  public Tensor logits(Tape tape, SequenceToSequenceBatch batch) {
    return head().logits(tape, decoded(tape, batch).value());
  }

  private Variable decoded(Tape tape, SequenceToSequenceBatch batch) {
    Positions.requireLength("A target", batch.targetLength(), config);
    CrossAttention.Memory memory = remembered(tape, batch.inputs(), batch.inputLengths());
    Sequences outputs = new Sequences(batch.size(), batch.targetLength(), null);
    return decoded(tape, batch.decoderInputs(), outputs, memory, null);
  }

  private CrossAttention.Memory remembered(Tape tape, int[] ids, int[] lengths) {
    int length = ids.length / lengths.length;
    Positions.requireLength("An input", length, config);
    Sequences inputs = new Sequences(lengths.length, length, tape.upload(lengths));
    return new CrossAttention.Memory(encoded(tape, ids, inputs), inputs);
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
      int numInputs, int sequencesPerInput, int capacity, int inputLength) {
    return new DecoderCache(
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
