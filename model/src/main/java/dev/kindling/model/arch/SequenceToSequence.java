package dev.kindling.model.arch;

import dev.kindling.model.autograd.Tape;
import dev.kindling.model.nn.DecoderCache;
import dev.kindling.model.tensor.MemorySpace;

/** A decoder that looks at the output of an encoder. */
public sealed interface SequenceToSequence extends Decoder permits EncoderDecoder {
  /**
   * Reads the inputs, and writes what the decoder needs of them into the cache.
   *
   * @param tape a forward-only tape
   * @param inputs [inputs × Ts]; Ts is the cache's input length
   * @param lengths [inputs]: tokens of each input, with padding behind them
   */
  void encode(Tape tape, int[] inputs, int[] lengths, DecoderCache cache);

  /**
   * A cache with room for inputs, of which each may have several outputs, as in beam search.
   *
   * @param space of the backend that computes
   * @param numInputs inputs
   * @param sequencesPerInput outputs of every input, which are neighbours
   * @param capacity tokens of the longest output
   * @param inputLength Ts
   */
  DecoderCache newCache(
      MemorySpace space, int numInputs, int sequencesPerInput, int capacity, int inputLength);
}
