package dev.kindling.data.tokenizer.unigram;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * What learning starts from: every character, and the substrings of words that cover the most text,
 * by occurrences times length.
 */
final class SeedPieces {
  private final TrainingWords words;
  private final int maxSubstrings;
  private final long minFrequency;

  /** The best substrings so far, the least of them first. */
  private final PriorityQueue<Candidate> best =
      new PriorityQueue<>(
          Comparator.comparingLong(Candidate::coverage)
              .thenComparing(Candidate::order, Comparator.reverseOrder()));

  private int numVisited;

  /** A substring; of two that cover as much, the one of the lower order is better. */
  private record Candidate(long coverage, int order, int position, int length) {}

  private SeedPieces(TrainingWords words, int maxSubstrings, long minFrequency) {
    this.words = words;
    this.maxSubstrings = maxSubstrings;
    this.minFrequency = minFrequency;
  }

  /**
   * The seed, with probabilities in proportion to the text that is covered: characters in ascending
   * order, then substrings from the best.
   *
   * @param maxSubstrings the most substrings of two characters or more
   * @param minFrequency a substring that occurs less often is left out
   * @param reserved substrings that are left out too
   */
  static List<ScoredPiece> of(
      TrainingWords words, int maxSubstrings, long minFrequency, Set<String> reserved) {
    SeedPieces seed = new SeedPieces(words, maxSubstrings, minFrequency);
    new SortedSuffixes(words).forEachSubstring(seed::offer);
    return seed.scored().stream().filter(piece -> !reserved.contains(piece.piece())).toList();
  }

  private void offer(int position, int length, long count) {
    boolean isCharacter = Character.codePointCount(words.text(), position, length) == 1;
    if (isCharacter || count < minFrequency) {
      return;
    }
    Candidate candidate = new Candidate(count * length, numVisited++, position, length);
    if (best.size() < maxSubstrings) {
      best.add(candidate);
    } else if (candidate.coverage() > best.element().coverage()) {
      best.remove();
      best.add(candidate);
    }
  }

  private List<ScoredPiece> scored() {
    List<Candidate> substrings = new ArrayList<>(best);
    substrings.sort(best.comparator().reversed());
    long total = 0;
    for (long count : words.characters().values()) {
      total += count;
    }
    for (Candidate substring : substrings) {
      total += substring.coverage();
    }
    double logTotal = logOf(total);
    List<ScoredPiece> pieces = new ArrayList<>();
    words
        .characters()
        .forEach(
            (codePoint, count) ->
                pieces.add(
                    new ScoredPiece(Character.toString(codePoint), logOf(count) - logTotal)));
    for (Candidate substring : substrings) {
      pieces.add(
          new ScoredPiece(
              new String(words.text(), substring.position(), substring.length()),
              logOf(substring.coverage()) - logTotal));
    }
    return pieces;
  }

  private static double logOf(long count) {
    return StrictMath.log((double) count);
  }
}
