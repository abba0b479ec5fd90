package dev.kindling.model.nn;

import dev.kindling.model.autograd.Tape;
import dev.kindling.model.autograd.Variable;
import java.util.List;

/**
 * The layers of an encoder or a decoder, one after the other. Each is a {@linkplain Tape#segment
 * segment} of its own.
 *
 * @param blocks from the first to the last that is here
 * @param firstPiece the piece of the model that the first of them is
 */
public record TransformerStack(List<TransformerBlock> blocks, int firstPiece) {
  /** An encoder, or a decoder without one: maps [B × T, C] to [B × T, C]. */
  public Variable forward(Tape tape, Variable stream, AttentionContext context) {
    Variable current = stream;
    for (int i = 0; i < blocks.size(); i++) {
      int layer = i;
      tape.enterPiece(firstPiece + i);
      current =
          tape.segment(
              List.of(current),
              (inner, inputs) ->
                  blocks.get(layer).forward(inner, inputs.get(0), context, null, layer));
    }
    return current;
  }

  /**
   * A decoder that looks at an encoder's output: maps [B × T, C] to [B × T, C].
   *
   * @param memory that output; null where the cache has it
   */
  public Variable forward(
      Tape tape, Variable stream, AttentionContext context, CrossAttention.Memory memory) {
    if (memory == null) {
      return forward(tape, stream, context);
    }
    Variable current = stream;
    for (int i = 0; i < blocks.size(); i++) {
      int layer = i;
      tape.enterPiece(firstPiece + i);
      current =
          tape.segment(
              List.of(current, memory.values()),
              (inner, inputs) ->
                  blocks
                      .get(layer)
                      .forward(
                          inner,
                          inputs.get(0),
                          context,
                          new CrossAttention.Memory(inputs.get(1), memory.sequences()),
                          layer));
    }
    return current;
  }

  /** Writes the keys and values of an encoder's output into the cache of every layer. */
  public void fill(Tape tape, CrossAttention.Memory memory, int[] lengths, DecoderCache cache) {
    for (int layer = 0; layer < blocks.size(); layer++) {
      blocks.get(layer).cross().fill(tape, memory, cache.memory(layer));
    }
    cache.setMemoryLengths(lengths);
  }
}
