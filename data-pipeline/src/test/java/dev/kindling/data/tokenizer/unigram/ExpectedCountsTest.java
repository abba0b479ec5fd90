package dev.kindling.data.tokenizer.unigram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ExpectedCountsTest {
  @Test
  void aStepWorkedOutByHand() {
    // P(ab) = 1/2, P(a) P(b) = 1/16: together 9/16, of which ab has 8 in 9.
    List<ScoredPiece> pieces = List.of(scored("a", 0.25), scored("b", 0.25), scored("ab", 0.5));
    ExpectedCounts expected =
        ExpectedCounts.of(UnigramModel.of(pieces), TrainingWords.of(Map.of("ab", 3L), 1));

    assertThat(expected.counts()[0]).isCloseTo(1.0 / 3, offset(1e-15));
    assertThat(expected.counts()[1]).isCloseTo(1.0 / 3, offset(1e-15));
    assertThat(expected.counts()[2]).isCloseTo(8.0 / 3, offset(1e-15));
    assertThat(expected.logLikelihood()).isCloseTo(3 * Math.log(9.0 / 16), offset(1e-14));

    // Characters count one half at least: 1/2 + 1/2 + 8/3 in all.
    List<ScoredPiece> next = UnigramLearner.maximize(pieces, expected.counts());
    double logTotal = Digamma.of(11.0 / 3);
    assertThat(next.get(0).score()).isCloseTo(Digamma.of(0.5) - logTotal, offset(1e-14));
    assertThat(next.get(2).score()).isCloseTo(Digamma.of(8.0 / 3) - logTotal, offset(1e-14));
  }

  @Test
  void aPieceOfLessThanHalfAnOccurrenceGoesAndACharacterStays() {
    List<ScoredPiece> pieces = List.of(scored("a", 0.1), scored("ab", 0.1), scored("bc", 0.1));
    List<ScoredPiece> next = UnigramLearner.maximize(pieces, new double[] {0, 0.49, 0.5});
    assertThat(next.stream().map(ScoredPiece::piece)).containsExactly("a", "bc");
    assertThat(next.get(0).score()).isEqualTo(next.get(1).score());
  }

  @Test
  void itIsTheSumOverAllSegmentations() {
    Random random = new Random(7);
    for (int round = 0; round < 200; round++) {
      RandomModel model = new RandomModel(random);
      String word = model.word(8);
      double[] plain = new double[model.pieces().size()];
      double total = 0;
      for (List<Integer> segmentation : model.segmentations(word)) {
        double probability = Math.exp(model.score(segmentation));
        segmentation.forEach(piece -> plain[piece] += probability);
        total += probability;
      }
      ExpectedCounts expected =
          ExpectedCounts.of(model.model(), TrainingWords.of(Map.of(word, 5L), 1));
      for (int piece = 0; piece < plain.length; piece++) {
        assertThat(expected.counts()[piece]).isCloseTo(5 * plain[piece] / total, offset(1e-12));
      }
      assertThat(expected.logLikelihood()).isCloseTo(5 * Math.log(total), offset(1e-11));
    }
  }

  @Test
  void theLikelihoodDoesNotFallFromStepToStep() {
    Random random = new Random(11);
    for (int round = 0; round < 20; round++) {
      RandomModel model = new RandomModel(random);
      Map<String, Long> counts = new HashMap<>();
      for (int i = 0; i < 100; i++) {
        counts.merge(model.word(12), 1L + random.nextInt(9), Long::sum);
      }
      TrainingWords words = TrainingWords.of(counts, 1);
      double[] first =
          model.pieces().stream().mapToDouble(piece -> Math.exp(piece.score())).toArray();
      List<ScoredPiece> pieces = maximumLikelihood(model.pieces(), first);
      double last = Double.NEGATIVE_INFINITY;
      for (int step = 0; step < 15; step++) {
        ExpectedCounts expected = ExpectedCounts.of(UnigramModel.of(pieces), words);
        assertThat(expected.logLikelihood()).isGreaterThanOrEqualTo(last - 1e-9);
        last = expected.logLikelihood();
        pieces = maximumLikelihood(pieces, expected.counts());
      }
    }
  }

  @Test
  void aLongWordOfRareCharactersDoesNotUnderflow() {
    List<ScoredPiece> pieces = List.of(new ScoredPiece("a", -40), new ScoredPiece("aa", -700));
    ExpectedCounts expected =
        ExpectedCounts.of(UnigramModel.of(pieces), TrainingWords.of(Map.of("a".repeat(64), 2L), 1));
    assertThat(expected.counts()[0]).isCloseTo(128, offset(1e-9));
    assertThat(expected.logLikelihood()).isCloseTo(-2 * 64 * 40, offset(1e-9));
  }

  /** The M step without a prior, for which EM is known to climb. */
  private static List<ScoredPiece> maximumLikelihood(List<ScoredPiece> pieces, double[] counts) {
    double total = 0;
    for (double count : counts) {
      total += count;
    }
    List<ScoredPiece> next = new ArrayList<>();
    for (int i = 0; i < counts.length; i++) {
      next.add(scored(pieces.get(i).piece(), Math.max(counts[i] / total, 1e-300)));
    }
    return next;
  }

  private static ScoredPiece scored(String piece, double probability) {
    return new ScoredPiece(piece, Math.log(probability));
  }
}
