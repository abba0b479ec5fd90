package dev.kindling.model.objective;

import dev.kindling.model.random.RandomStream;
import java.util.Arrays;

/**
 * Two segments and what is to be predicted of them.
 *
 * @param first A, not empty
 * @param second B; empty if there is one segment only
 * @param label 0 if B follows A in the text, 1 if not
 */
// The arrays are payload of a record that is never compared.
@SuppressWarnings("ArrayRecordComponent")
record SegmentPair(int[] first, int[] second, int label) {
  private static final double LABEL_PROBABILITY = 0.5;

  /**
   * A is a random beginning of the text and B the rest; with probability 0.5 they are swapped.
   *
   * @param text 2 tokens or more
   * @param sentenceEnds where A may end; anywhere if none is inside of the text
   */
  static SegmentPair inSomeOrder(int[] text, int[] sentenceEnds, RandomStream random) {
    int split = split(text.length, sentenceEnds, random);
    int[] before = Arrays.copyOf(text, split);
    int[] after = Arrays.copyOfRange(text, split, text.length);
    return random.nextBoolean(LABEL_PROBABILITY)
        ? new SegmentPair(after, before, 1)
        : new SegmentPair(before, after, 0);
  }

  /**
   * A is a random beginning of the text; B is the rest, or with probability 0.5 as many tokens of
   * another document. That always if the text is one token, which has no rest.
   *
   * @param sentenceEnds where A may end; anywhere if none is inside of the text
   * @param numTokens how many tokens the pair should have
   */
  static SegmentPair withRandomSecond(
      int[] text, int[] sentenceEnds, int numTokens, OtherDocument other, RandomStream random) {
    int split = text.length == 1 ? 1 : split(text.length, sentenceEnds, random);
    int[] before = Arrays.copyOf(text, split);
    if (text.length > 1 && !random.nextBoolean(LABEL_PROBABILITY)) {
      return new SegmentPair(before, Arrays.copyOfRange(text, split, text.length), 0);
    }
    int maxLength = Math.max(1, numTokens - split);
    int[] tokens = other.tokens(random, maxLength);
    if (tokens.length < 1 || tokens.length > maxLength) {
      throw new IllegalArgumentException(
          "The other document gave "
              + tokens.length
              + " tokens: expected 1 to "
              + maxLength
              + ", the maxLength that it was asked for");
    }
    return new SegmentPair(before, tokens, 1);
  }

  private static int split(int length, int[] sentenceEnds, RandomStream random) {
    int[] inside = Arrays.stream(sentenceEnds).filter(end -> end < length).toArray();
    return inside.length == 0
        ? 1 + random.nextInt(length - 1)
        : inside[random.nextInt(inside.length)];
  }

  /**
   * Takes tokens away, one by one from the segment that is longer then (B if both are equal), at
   * its beginning or at its end with equal probability.
   *
   * @param maxTokens the most tokens of both together, 2 or more
   */
  SegmentPair truncated(int maxTokens, RandomStream random) {
    int[] starts = {0, 0};
    int[] lengths = {first.length, second.length};
    while (lengths[0] + lengths[1] > maxTokens) {
      int longer = lengths[0] > lengths[1] ? 0 : 1;
      starts[longer] += random.nextBoolean(0.5) ? 1 : 0;
      lengths[longer]--;
    }
    return new SegmentPair(
        Arrays.copyOfRange(first, starts[0], starts[0] + lengths[0]),
        Arrays.copyOfRange(second, starts[1], starts[1] + lengths[1]),
        label);
  }
}
