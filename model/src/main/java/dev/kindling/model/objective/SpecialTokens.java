package dev.kindling.model.objective;

import java.io.Serializable;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The ids that are no text. Ids 0 to {@link #numOrdinary()} − 1 are what the tokenizer makes of
 * text; special tokens come behind them, so that any tokenizer serves any architecture.
 */
public sealed interface SpecialTokens extends Serializable {
  /** The size of the tokenizer's vocabulary. */
  int numOrdinary();

  /** V, the size of the model's vocabulary: ordinary and special tokens. */
  int vocabSize();

  /**
   * BERT's (Devlin et al. 2019).
   *
   * @param numOrdinary the ordinary tokens, from 0
   * @param cls begins every sequence
   * @param sep ends every segment
   * @param mask stands where a token is to be predicted
   * @param pad fills a sequence up
   */
  record Bert(int numOrdinary, int cls, int sep, int mask, int pad) implements SpecialTokens {
    /**
     * Checks that they are different and behind the ordinary tokens.
     *
     * @throws IllegalArgumentException if they are not
     */
    public Bert {
      requireBehind(numOrdinary, cls, sep, mask, pad);
    }

    /** Right behind the ordinary tokens, in the order cls, sep, mask, pad. */
    public static Bert behind(int numOrdinary) {
      return new Bert(numOrdinary, numOrdinary, numOrdinary + 1, numOrdinary + 2, numOrdinary + 3);
    }

    @Override
    public int vocabSize() {
      return end(cls, sep, mask, pad);
    }
  }

  /**
   * T5's (Raffel et al. 2020).
   *
   * @param numOrdinary the ordinary tokens, from 0
   * @param pad fills a sequence up, and is what the decoder starts with
   * @param eos ends every sequence
   * @param firstSentinel stands for the first span that is left out; the second one's sentinel is
   *     the id before it, and so on
   * @param numSentinels the most spans of a sequence
   */
  record T5(int numOrdinary, int pad, int eos, int firstSentinel, int numSentinels)
      implements SpecialTokens {
    private static final int PAPER_SENTINELS = 100;

    /**
     * Checks that they are different and behind the ordinary tokens.
     *
     * @throws IllegalArgumentException if they are not
     */
    public T5 {
      Checks.requireAtLeast("numSentinels", numSentinels, 1);
      int first = firstSentinel;
      IntStream sentinels = IntStream.range(0, numSentinels).map(i -> first - i);
      requireBehind(numOrdinary, IntStream.concat(IntStream.of(pad, eos), sentinels).toArray());
    }

    /**
     * Right behind the ordinary tokens: pad, eos, and 100 sentinels, of which the last is first.
     */
    public static T5 behind(int numOrdinary) {
      int firstSentinel = numOrdinary + 1 + PAPER_SENTINELS;
      return new T5(numOrdinary, numOrdinary, numOrdinary + 1, firstSentinel, PAPER_SENTINELS);
    }

    @Override
    public int vocabSize() {
      return end(pad, eos, firstSentinel);
    }

    /** What the decoder reads first. */
    public int decoderStart() {
      return pad;
    }

    /**
     * Stands for a span that is left out.
     *
     * @param span from 0 to {@link #numSentinels()} − 1
     */
    public int sentinel(int span) {
      return firstSentinel - span;
    }
  }

  /**
   * BART's (Lewis et al. 2020).
   *
   * @param numOrdinary the ordinary tokens, from 0
   * @param bos begins every sequence
   * @param pad fills a sequence up
   * @param eos ends every sequence, and is what the decoder starts with
   * @param mask stands for a span that is left out
   */
  record Bart(int numOrdinary, int bos, int pad, int eos, int mask) implements SpecialTokens {
    /**
     * Checks that they are different and behind the ordinary tokens.
     *
     * @throws IllegalArgumentException if they are not
     */
    public Bart {
      requireBehind(numOrdinary, bos, pad, eos, mask);
    }

    /** Right behind the ordinary tokens, in the order bos, pad, eos, mask. */
    public static Bart behind(int numOrdinary) {
      return new Bart(numOrdinary, numOrdinary, numOrdinary + 1, numOrdinary + 2, numOrdinary + 3);
    }

    @Override
    public int vocabSize() {
      return end(bos, pad, eos, mask);
    }

    /** What the decoder reads first. */
    public int decoderStart() {
      return eos;
    }
  }

  private static void requireBehind(int numOrdinary, int... special) {
    Checks.requireAtLeast("numOrdinary", numOrdinary, 1);
    boolean distinct = IntStream.of(special).distinct().count() == special.length;
    if (!distinct || IntStream.of(special).anyMatch(id -> id < numOrdinary)) {
      throw new IllegalArgumentException(
          "The special tokens are "
              + Arrays.toString(special)
              + ": expected different ids, all of them "
              + numOrdinary
              + " or more, behind the ordinary vocabulary");
    }
  }

  private static int end(int... special) {
    return IntStream.of(special).max().orElseThrow() + 1;
  }
}
