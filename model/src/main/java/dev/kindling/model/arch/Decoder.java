package dev.kindling.model.arch;

import dev.kindling.model.autograd.Tape;
import dev.kindling.model.nn.DecoderCache;
import dev.kindling.model.tensor.Tensor;

/** A model that writes text token by token. */
public sealed interface Decoder extends LanguageModel permits Gpt, SequenceToSequence {
  /**
   * The logits of the token that follows each sequence, and their keys and values into the cache.
   *
   * @param tape a forward-only tape
   * @param tokens [B × T]: T new tokens of every sequence; more than one only into an empty cache
   * @param numTokens [B]: how many of the T are tokens, with padding behind them; 0 leaves the
   *     sequence as it is, and its logits without a meaning
   * @return [B, V] of the accumulator type
   */
  Tensor next(Tape tape, int[] tokens, int[] numTokens, DecoderCache cache);
}
