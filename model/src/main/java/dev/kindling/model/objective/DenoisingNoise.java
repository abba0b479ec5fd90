package dev.kindling.model.objective;

import dev.kindling.model.random.RandomStream;
import java.io.Serializable;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * BART's transformations of a text (Lewis et al. 2020, section 2.2), in the order in which they are
 * applied. Shares of tokens and sentences are rounded up, as in fairseq.
 *
 * @param permuteSentences the share of sentences that change places among each other
 * @param infilling masks in the place of spans
 * @param insertRatio masks that are inserted besides, as a share of the tokens there are then
 * @param deleteRatio the share of the tokens there are then that are left out without a trace
 * @param rotateProbability of the text to begin at a random token instead, what stood before it at
 *     the end
 */
public record DenoisingNoise(
    double permuteSentences,
    TextInfilling infilling,
    double insertRatio,
    double deleteRatio,
    double rotateProbability)
    implements Serializable {

  /**
   * Checks the shares.
   *
   * @throws IllegalArgumentException naming the value and what was expected
   */
  public DenoisingNoise {
    Checks.requireShare("permuteSentences", permuteSentences);
    Checks.requireShare("insertRatio", insertRatio);
    Checks.requireShare("deleteRatio", deleteRatio);
    Checks.requireShare("rotateProbability", rotateProbability);
  }

  /** What BART models are trained with: all sentences permuted, and text infilling. */
  public static DenoisingNoise bart() {
    return new DenoisingNoise(1, TextInfilling.bart(), 0, 0, 0);
  }

  /**
   * The transformed text, without the tokens that begin and end a sequence.
   *
   * @param sentenceEnds rising, the end of the text being the last
   */
  int[] apply(int[] text, int[] sentenceEnds, SpecialTokens.Bart tokens, RandomStream random) {
    int[] permuted = permuteSentences > 0 ? permute(text, sentenceEnds, random) : text;
    int[] infilled = infilling.apply(permuted, tokens, random);
    int[] inserted = insert(infilled, tokens, random);
    int[] deleted = delete(inserted, random);
    return random.nextBoolean(rotateProbability) ? rotate(deleted, random) : deleted;
  }

  private int[] permute(int[] text, int[] ends, RandomStream random) {
    int[] permuted = new int[text.length];
    int length = 0;
    for (int sentence : sentenceOrder(ends.length, random)) {
      int start = sentence == 0 ? 0 : ends[sentence - 1];
      System.arraycopy(text, start, permuted, length, ends[sentence] - start);
      length += ends[sentence] - start;
    }
    return permuted;
  }

  private int[] sentenceOrder(int numSentences, RandomStream random) {
    int[] order = IntStream.range(0, numSentences).toArray();
    int[] candidates = order.clone();
    random.shuffle(candidates);
    int[] places = Arrays.copyOf(candidates, (int) Math.ceil(numSentences * permuteSentences));
    int[] sentences = places.clone();
    random.shuffle(sentences);
    for (int i = 0; i < places.length; i++) {
      order[places[i]] = sentences[i];
    }
    return order;
  }

  private int[] insert(int[] text, SpecialTokens.Bart tokens, RandomStream random) {
    int numInserted = (int) Math.ceil(text.length * insertRatio);
    boolean[] isInserted = random.nextChoice(text.length + numInserted, numInserted);
    int[] inserted = new int[isInserted.length];
    int source = 0;
    for (int i = 0; i < inserted.length; i++) {
      inserted[i] = isInserted[i] ? infilling.mask(tokens, random) : text[source++];
    }
    return inserted;
  }

  private int[] delete(int[] text, RandomStream random) {
    int numDeleted = (int) Math.ceil(text.length * deleteRatio);
    boolean[] isDeleted = random.nextChoice(text.length, numDeleted);
    return IntStream.range(0, text.length).filter(i -> !isDeleted[i]).map(i -> text[i]).toArray();
  }

  private static int[] rotate(int[] text, RandomStream random) {
    if (text.length == 0) {
      return text;
    }
    int first = random.nextInt(text.length);
    return IntStream.range(0, text.length).map(i -> text[(first + i) % text.length]).toArray();
  }
}
