package dev.kindling.model.nn;

import dev.kindling.model.autograd.Tape;
import dev.kindling.model.autograd.Variable;

/**
 * One layer: self-attention, in decoders of encoder-decoders attention to the encoder, and a
 * position-wise network, each with its residual connection (Vaswani et al. 2017).
 *
 * @param attentionLayer around {@code attention}
 * @param crossLayer around {@code cross}; null without an encoder
 * @param cross null without an encoder
 * @param networkLayer around {@code network}
 */
public record TransformerBlock(
    Sublayer attentionLayer,
    SelfAttention attention,
    Sublayer crossLayer,
    CrossAttention cross,
    Sublayer networkLayer,
    FeedForward network) {
  /** A block without attention to an encoder. */
  public TransformerBlock(
      Sublayer attentionLayer,
      SelfAttention attention,
      Sublayer networkLayer,
      FeedForward network) {
    this(attentionLayer, attention, null, null, networkLayer, network);
  }

  /**
   * Maps [B × T, C] to [B × T, C].
   *
   * @param memory the encoder's output; null without an encoder, or where the cache has it
   * @param layer the number of this block in its stack
   */
  Variable forward(
      Tape tape,
      Variable stream,
      AttentionContext context,
      CrossAttention.Memory memory,
      int layer) {
    Sequences sequences = context.sequences();
    long numSamples = sequences.count();
    Variable attended =
        attentionLayer.forward(
            tape, stream, numSamples, x -> attention.forward(tape, x, context, layer));
    if (cross != null) {
      attended =
          crossLayer.forward(
              tape,
              attended,
              numSamples,
              x ->
                  memory == null
                      ? cross.forward(tape, x, context.cache(), layer)
                      : cross.forward(tape, x, sequences, memory));
    }
    return networkLayer.forward(
        tape, attended, numSamples, x -> network.forward(tape, x, numSamples));
  }
}
