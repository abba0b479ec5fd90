package dev.kindling.data.tokenizer.unigram;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Learns pieces and their log-probabilities from word counts (Kudo 2018) with the constants of
 * SentencePiece: from a large seed, two steps of expectation maximization and one of pruning take
 * turns until a tenth more pieces than wanted are left, and of these the likeliest stay.
 *
 * <p>The result is a function of the counts alone: words are visited in the order of their
 * characters, sums have one order, and logarithms do not depend on the machine.
 */
public final class UnigramLearner {
  private static final int EM_STEPS = 2;
  private static final double SHRINKING_FACTOR = 0.75;
  private static final double SURPLUS = 1.1;
  private static final int SEED_FACTOR = 10;
  private static final int MAX_SEED_PIECES = 1_000_000;
  private static final long LEAST_REPETITION = 2;

  /** A piece of a lower expected count goes, and a character is counted as often at least. */
  private static final double LEAST_EXPECTED_COUNT = 0.5;

  /** Scores are rounded to 1e-9, so that every reader of decimals reads the same number. */
  private static final double SCORE_UNITS = 1e9;

  private UnigramLearner() {}

  /**
   * Learns pieces.
   *
   * @param wordCounts how often each word of {@link MetaspaceText} occurs
   * @param numPieces how many pieces are wanted; fewer come out where the words have no more that
   *     are of use, and more where there are more characters than that
   * @param minFrequency a character or substring that occurs less often is no piece
   * @param reserved texts of two characters or more that are not to be pieces, such as the names of
   *     special tokens
   * @return from the likeliest; every character that occurs often enough is one of them
   */
  public static List<ScoredPiece> learn(
      Map<String, Long> wordCounts, int numPieces, int minFrequency, Set<String> reserved) {
    TrainingWords words = TrainingWords.of(wordCounts, minFrequency);
    int seedSize = (int) Math.min((long) SEED_FACTOR * numPieces, MAX_SEED_PIECES);
    long leastFrequency = Math.max(minFrequency, LEAST_REPETITION);
    return learn(SeedPieces.of(words, seedSize, leastFrequency, reserved), words, numPieces);
  }

  private static List<ScoredPiece> learn(
      List<ScoredPiece> seed, TrainingWords words, int numPieces) {
    int surplus = (int) (SURPLUS * numPieces);
    List<ScoredPiece> pieces = seed;
    while (true) {
      for (int step = 0; step < EM_STEPS; step++) {
        ExpectedCounts expected = ExpectedCounts.of(UnigramModel.of(pieces), words);
        pieces = maximize(pieces, expected.counts());
      }
      long numOthers = pieces.stream().filter(piece -> !piece.isCharacter()).count();
      if (pieces.size() <= surplus || numOthers == 0) {
        return likeliest(pieces, numPieces);
      }
      int shrunk = (int) (SHRINKING_FACTOR * pieces.size());
      pieces = Pruning.prune(pieces, words, Math.max(shrunk, surplus));
    }
  }

  /**
   * The M step with a sparse prior (Liang and Klein 2007): exp(ψ(count)) takes half an occurrence
   * from every piece, so that rare ones fade.
   *
   * @return the pieces of enough expected occurrences and all characters, with their new scores
   */
  static List<ScoredPiece> maximize(List<ScoredPiece> pieces, double[] expectedCounts) {
    List<String> kept = new ArrayList<>();
    double[] counts = new double[expectedCounts.length];
    double total = 0;
    for (int i = 0; i < expectedCounts.length; i++) {
      ScoredPiece piece = pieces.get(i);
      if (piece.isCharacter() || expectedCounts[i] >= LEAST_EXPECTED_COUNT) {
        double count = Math.max(expectedCounts[i], LEAST_EXPECTED_COUNT);
        counts[kept.size()] = count;
        kept.add(piece.piece());
        total += count;
      }
    }
    double logTotal = Digamma.of(total);
    return IntStream.range(0, kept.size())
        .mapToObj(i -> new ScoredPiece(kept.get(i), Digamma.of(counts[i]) - logTotal))
        .toList();
  }

  private static List<ScoredPiece> likeliest(List<ScoredPiece> pieces, int numPieces) {
    Comparator<ScoredPiece> fromLikeliest =
        Comparator.comparingDouble(ScoredPiece::score).reversed().thenComparing(ScoredPiece::piece);
    List<ScoredPiece> rounded =
        new ArrayList<>(
            pieces.stream()
                .map(piece -> new ScoredPiece(piece.piece(), round(piece.score())))
                .toList());
    rounded.sort(
        Comparator.comparing((ScoredPiece piece) -> !piece.isCharacter())
            .thenComparing(fromLikeliest));
    int numCharacters = (int) rounded.stream().filter(ScoredPiece::isCharacter).count();
    int numKept = Math.min(rounded.size(), Math.max(numPieces, numCharacters));
    return rounded.subList(0, numKept).stream().sorted(fromLikeliest).toList();
  }

  private static double round(double score) {
    return Math.rint(score * SCORE_UNITS) / SCORE_UNITS;
  }
}
