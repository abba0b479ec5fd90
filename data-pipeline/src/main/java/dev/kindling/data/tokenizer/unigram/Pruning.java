package dev.kindling.data.tokenizer.unigram;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Takes away the pieces that the likelihood of the words misses least (Kudo 2018, section 3.2).
 * Every piece's loss is estimated as if all its occurrences in the best segmentations fell to its
 * own best segmentation into other pieces.
 */
final class Pruning {
  private final List<ScoredPiece> pieces;
  private final BestSegmentation segmentation;
  private final long[] occurrences;
  private final double total;

  private Pruning(List<ScoredPiece> pieces, TrainingWords words) {
    this.pieces = pieces;
    this.segmentation = new BestSegmentation(UnigramModel.of(pieces));
    this.occurrences = new long[pieces.size()];
    for (int word = 0; word < words.size(); word++) {
      int numPieces = segmentation.find(words.text(), words.start(word), words.end(word));
      for (int i = 0; i < numPieces; i++) {
        occurrences[segmentation.piece(i)] += words.count(word);
      }
    }
    this.total = Arrays.stream(occurrences).sum();
  }

  /**
   * The pieces that stay, in the order in which they were given: all characters, and of the others
   * those of the greatest losses that occur in a best segmentation.
   *
   * @param numPieces how many stay at most, unless there are more characters
   */
  static List<ScoredPiece> prune(List<ScoredPiece> pieces, TrainingWords words, int numPieces) {
    return new Pruning(pieces, words).keep(numPieces);
  }

  private List<ScoredPiece> keep(int numPieces) {
    boolean[] kept = new boolean[pieces.size()];
    double[] losses = new double[pieces.size()];
    List<Integer> candidates = new ArrayList<>();
    int numCharacters = 0;
    for (int piece = 0; piece < kept.length; piece++) {
      if (pieces.get(piece).isCharacter()) {
        kept[piece] = true;
        numCharacters++;
      } else if (occurrences[piece] > 0) {
        losses[piece] = loss(piece);
        candidates.add(piece);
      }
    }
    candidates.sort(
        Comparator.comparingDouble((Integer piece) -> losses[piece])
            .reversed()
            .thenComparing(Comparator.naturalOrder()));
    candidates.stream()
        .limit(Math.max(numPieces - numCharacters, 0))
        .forEach(piece -> kept[piece] = true);
    return IntStream.range(0, kept.length)
        .filter(piece -> kept[piece])
        .mapToObj(pieces::get)
        .toList();
  }

  /** By how much the log-likelihood of the words falls without {@code piece}. */
  private double loss(int piece) {
    char[] text = pieces.get(piece).piece().toCharArray();
    int numParts = segmentation.findWithout(piece, text, 0, text.length);
    double moved = occurrences[piece];
    double logTotalWithout = StrictMath.log(total + moved * (numParts - 1));
    double logOfParts = 0;
    for (int i = 0; i < numParts; i++) {
      logOfParts += StrictMath.log(occurrences[segmentation.piece(i)] + moved) - logTotalWithout;
    }
    return moved * (StrictMath.log(moved) - StrictMath.log(total) - logOfParts);
  }
}
