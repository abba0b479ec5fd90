package dev.kindling.spark.parallel.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindling.model.layout.PieceRange;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class StageBalanceTest {
  @Test
  void noCutHasAFasterSlowestStageOrIsMoreEven() {
    Random random = new Random(7);
    for (int numPieces = 1; numPieces <= 9; numPieces++) {
      for (int numStages = 1; numStages <= numPieces; numStages++) {
        for (int trial = 0; trial < 20; trial++) {
          // Small whole numbers, so that there are ties and no rounding.
          List<Double> costs =
              random.ints(numPieces, 0, 6).mapToObj(cost -> (double) cost).toList();

          List<PieceRange> cut = StageBalance.cut(costs, numStages);

          assertThat(sizes(cut, numPieces)).hasSize(numStages);
          assertThat(cut).isEqualTo(bestOfAll(costs, numStages));
        }
      }
    }
  }

  @Test
  void aHeavyHeadGetsAStageOfItsOwn() {
    List<Double> costs = List.of(0.5, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 3.0);

    assertThat(StageBalance.cut(costs, 3))
        .containsExactly(new PieceRange(0, 4), new PieceRange(4, 7), new PieceRange(7, 8));
  }

  @Test
  void equalPiecesAreSpreadEvenlyWithTheShorterStagesFirst() {
    assertThat(StageBalance.cut(Collections.nCopies(10, 1.0), 4))
        .containsExactly(
            new PieceRange(0, 2),
            new PieceRange(2, 4),
            new PieceRange(4, 7),
            new PieceRange(7, 10));
  }

  @Test
  void asManyStagesAsPiecesAreOneEach() {
    assertThat(StageBalance.cut(List.of(3.0, 0.0, 2.0), 3))
        .containsExactly(new PieceRange(0, 1), new PieceRange(1, 2), new PieceRange(2, 3));
  }

  @Test
  void whatCannotBeCutIsRefused() {
    assertThatThrownBy(() -> StageBalance.cut(List.of(1.0, 1.0), 3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "2 pieces of a model cannot be cut into 3 stages of one piece or more: take 1 to 2"
                + " stages");
    assertThatThrownBy(() -> StageBalance.cut(List.of(1.0), 0))
        .hasMessageContaining("cannot be cut into 0 stages");
    assertThatThrownBy(() -> StageBalance.cut(List.of(1.0, -2.0), 1))
        .hasMessage("Piece 1 costs -2.0: expected 0 or more, finite");
    assertThatThrownBy(() -> StageBalance.cut(List.of(Double.NaN), 1))
        .hasMessageStartingWith("Piece 0 costs NaN");
  }

  /** The sizes of ranges that follow each other from the first piece to the last. */
  private static List<Integer> sizes(List<PieceRange> cut, int numPieces) {
    assertThat(cut.get(0).first()).isZero();
    assertThat(cut.get(cut.size() - 1).end()).isEqualTo(numPieces);
    IntStream.range(1, cut.size())
        .forEach(i -> assertThat(cut.get(i).first()).isEqualTo(cut.get(i - 1).end()));
    return cut.stream().map(range -> range.end() - range.first()).toList();
  }

  /** Tries every cut, those with short first stages first. */
  private static List<PieceRange> bestOfAll(List<Double> costs, int numStages) {
    List<List<PieceRange>> all = new ArrayList<>();
    everyCut(0, costs.size(), numStages, List.of(), all);
    List<PieceRange> best = all.get(0);
    for (List<PieceRange> cut : all) {
      int order = Double.compare(largest(costs, cut), largest(costs, best));
      if (order < 0 || (order == 0 && squares(costs, cut) < squares(costs, best))) {
        best = cut;
      }
    }
    return best;
  }

  private static void everyCut(
      int first,
      int numPieces,
      int numStages,
      List<PieceRange> before,
      List<List<PieceRange>> all) {
    int last = numStages == 1 ? numPieces : first + 1;
    for (int end = last; end <= numPieces - numStages + 1; end++) {
      List<PieceRange> cut = new ArrayList<>(before);
      cut.add(new PieceRange(first, end));
      if (numStages == 1) {
        all.add(cut);
      } else {
        everyCut(end, numPieces, numStages - 1, cut, all);
      }
    }
  }

  private static double largest(List<Double> costs, List<PieceRange> cut) {
    return cut.stream().mapToDouble(range -> cost(costs, range)).max().orElseThrow();
  }

  private static double squares(List<Double> costs, List<PieceRange> cut) {
    return cut.stream().mapToDouble(range -> Math.pow(cost(costs, range), 2)).sum();
  }

  private static double cost(List<Double> costs, PieceRange range) {
    return costs.subList(range.first(), range.end()).stream()
        .mapToDouble(Double::doubleValue)
        .sum();
  }
}
