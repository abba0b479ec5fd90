package dev.kindling.data.tokenizer.unigram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BestSegmentationTest {
  private static final int UNKNOWN = 0;
  private static final int A = 1;
  private static final int B = 2;
  private static final int C = 3;
  private static final int AB = 4;
  private static final int BC = 5;
  private static final int ABC = 6;
  private static final String[] PIECES = {null, "a", "b", "c", "ab", "bc", "abc"};
  private static final double[] SCORES = {0, -3, -3, -4, -5, -4.5, -9};

  @Test
  void theSegmentationOfTheHighestSumWins() {
    // a b c = -10, ab c = -9, a bc = -7.5, abc = -9.
    assertThat(segment("abc")).containsExactly(A, BC);
    // ab ab = -10, a b a b = -12.
    assertThat(segment("abab")).containsExactly(AB, AB);
    assertThat(segment("cb")).containsExactly(C, B);
    assertThat(segment("")).isEmpty();
  }

  @Test
  void anUnknownCharacterCostsTenMoreThanTheLowestScore() {
    assertThat(new UnigramModel(PIECES, SCORES, UNKNOWN).unknownScore()).isEqualTo(-19);
    assertThat(segment("xab")).containsExactly(UNKNOWN, AB);
    assertThat(segment("a😀é")).containsExactly(A, UNKNOWN, UNKNOWN);
  }

  @Test
  void aCharacterThatIsNoPieceIsStillCoveredByALongerPiece() {
    UnigramModel model = new UnigramModel(new String[] {null, "a", "ax"}, new double[3], UNKNOWN);
    assertThat(segment(model, "aax", PieceTrie.NONE)).containsExactly(1, 2);
  }

  @Test
  void ofEqualSumsTheLongerLastPieceWins() {
    double[] equal = {0, -1, -1, -1, -2, -2, -3};
    UnigramModel model = new UnigramModel(PIECES, equal, UNKNOWN);
    assertThat(segment(model, "abc", PieceTrie.NONE)).containsExactly(ABC);
    assertThat(segment(model, "abc", ABC)).containsExactly(A, BC);
  }

  @Test
  void itIsAsGoodAsTheBestOfAllSegmentations() {
    Random random = new Random(5);
    for (int round = 0; round < 200; round++) {
      RandomModel model = new RandomModel(random);
      BestSegmentation segmentation = new BestSegmentation(model.model());
      for (int i = 0; i < 10; i++) {
        String word = model.word(8);
        int numPieces = segmentation.find(word.toCharArray(), 0, word.length());
        double sum = 0;
        StringBuilder joined = new StringBuilder();
        for (int piece = 0; piece < numPieces; piece++) {
          joined.append(model.pieces().get(segmentation.piece(piece)).piece());
          sum += model.pieces().get(segmentation.piece(piece)).score();
        }
        assertThat(joined).hasToString(word);
        double best =
            model.segmentations(word).stream().mapToDouble(model::score).max().orElseThrow();
        assertThat(sum).isCloseTo(best, offset(1e-12));
      }
    }
  }

  private static int[] segment(String text) {
    return segment(new UnigramModel(PIECES, SCORES, UNKNOWN), text, PieceTrie.NONE);
  }

  private static int[] segment(UnigramModel model, String text, int excluded) {
    BestSegmentation segmentation = new BestSegmentation(model);
    int numPieces = segmentation.findWithout(excluded, text.toCharArray(), 0, text.length());
    return IntStream.range(0, numPieces).map(segmentation::piece).toArray();
  }
}
