package dev.kindling.model.objective;

import dev.kindling.model.random.RandomStream;
import java.io.Serializable;
import java.util.Arrays;

/**
 * BART's text infilling (Lewis et al. 2020, section 2.2): spans whose lengths are Poisson
 * distributed are each replaced by one mask, so the model has to find out how many tokens are
 * missing. A span of length 0 leaves nothing out: its mask is inserted.
 *
 * @param maskRatio the share of tokens that the spans cover
 * @param poissonMean λ, of the lengths; from 1 (below, nearly half of the spans are insertions) to
 *     500
 * @param maskRandom the share of spans that are replaced by a random token, not by a mask
 */
public record TextInfilling(double maskRatio, double poissonMean, double maskRandom)
    implements Serializable {

  /**
   * Checks the settings.
   *
   * @throws IllegalArgumentException naming the value and what was expected
   */
  public TextInfilling {
    Checks.requireShare("maskRatio", maskRatio);
    Checks.requireShare("maskRandom", maskRandom);
    if (!(poissonMean >= 1 && poissonMean <= 500)) {
      throw new IllegalArgumentException(
          "poissonMean is " + poissonMean + ": expected 1 to 500 tokens");
    }
  }

  /** What BART models are trained with: 30 % of the tokens, λ 3.5, 10 % random tokens. */
  public static TextInfilling bart() {
    return new TextInfilling(0.3, 3.5, 0.1);
  }

  /**
   * Lengths drawn until they cover the tokens, in a random order; the last one drawn is cut to
   * cover no more.
   */
  int[] drawSpanLengths(int numCovered, RandomStream random) {
    int[] lengths = new int[8];
    int numSpans = 0;
    int left = numCovered;
    while (left > 0) {
      if (numSpans == lengths.length) {
        lengths = Arrays.copyOf(lengths, 2 * numSpans);
      }
      lengths[numSpans] = Math.min(random.nextPoisson(poissonMean), left);
      left -= lengths[numSpans++];
    }
    int[] drawn = Arrays.copyOf(lengths, numSpans);
    random.shuffle(drawn);
    return drawn;
  }

  /**
   * Spans and the tokens between them come in a random order, all equally likely: so spans never
   * overlap, and exactly the share of tokens is left out, rounded up.
   */
  int[] apply(int[] text, SpecialTokens.Bart tokens, RandomStream random) {
    int numCovered = (int) Math.ceil(text.length * maskRatio);
    int[] spans = drawSpanLengths(numCovered, random);
    boolean[] isSpan = random.nextChoice(text.length - numCovered + spans.length, spans.length);
    int[] infilled = new int[isSpan.length];
    int source = 0;
    int span = 0;
    for (int i = 0; i < infilled.length; i++) {
      if (isSpan[i]) {
        infilled[i] = mask(tokens, random);
        source += spans[span++];
      } else {
        infilled[i] = text[source++];
      }
    }
    return infilled;
  }

  /** A mask, or with probability {@link #maskRandom} a random token. */
  int mask(SpecialTokens.Bart tokens, RandomStream random) {
    return random.nextBoolean(maskRandom) ? random.nextInt(tokens.numOrdinary()) : tokens.mask();
  }
}
