package dev.kindling.spark.score;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kindling.spark.config.ConfigLoader;
import dev.kindling.spark.score.mode.RowScorer;
import dev.kindling.spark.score.plan.ScoreMode;
import dev.kindling.spark.score.plan.ScorePlan;
import dev.kindling.spark.score.plan.UnscorableException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.junit.jupiter.api.Test;

class ScoredRowsTest {
  private static final ScorePlan PLAN =
      new ScorePlan(
          ScoreMode.EMBED,
          "",
          "onednn",
          ConfigLoader.defaults().score(),
          ConfigLoader.defaults().generate());

  /** Gives a number's inverse; of 13 there is no vector, and 7 is refused. */
  private static final class Inverses implements RowScorer<Integer> {
    private final List<Integer> portions = new ArrayList<>();

    @Override
    public Integer read(Row row) throws UnscorableException {
      if (row.getInt(0) == 7) {
        throw new UnscorableException("seven", "is refused");
      }
      return row.getInt(0);
    }

    @Override
    public long numTokens(Integer item) {
      return 1;
    }

    @Override
    public List<Object[]> score(List<Integer> items) {
      portions.add(items.size());
      if (items.contains(13)) {
        throw new ArithmeticException("no number");
      }
      return items.stream()
          .map(item -> new Object[] {1L, new Object[] {item == 0 ? Float.NaN : 1f / item}})
          .toList();
    }
  }

  @Test
  void aRowWhoseScoresAreNoNumbersDoesNotTakeTheOthersWithIt() {
    List<Row> rows = scored(new Inverses(), 100);

    assertThat(rows).hasSize(20);
    for (int i = 0; i < 20; i++) {
      Row row = rows.get(i);
      assertThat(row.getInt(0)).isEqualTo(i);
      String error = row.getString(3);
      if (i == 0 || i == 13) {
        assertThat(error).startsWith("not-finite: ");
      } else if (i == 7) {
        assertThat(error).isEqualTo("seven: is refused");
      } else {
        assertThat(error).isNull();
        assertThat((Object[]) row.get(2)).containsExactly(1f / i);
      }
      assertThat(row.isNullAt(1)).isEqualTo(error != null);
    }
  }

  @Test
  void asManyTokensAreReadAheadAsMakeAPortion() {
    Inverses scorer = new Inverses();

    List<Row> rows = scored(scorer, 6);

    assertThat(rows).extracting(row -> row.getInt(0)).isSorted();
    assertThat(scorer.portions.get(0)).isEqualTo(6);
    // Beside them the row that has none.
    assertThat(scorer.portions.get(1)).isEqualTo(6);
    assertThat(rows.get(6).getInt(0)).isEqualTo(6);
  }

  private static List<Row> scored(Inverses scorer, long tokensPerPortion) {
    List<Row> rows = IntStream.range(0, 20).mapToObj(RowFactory::create).toList();
    List<Row> scored = new ArrayList<>();
    new ScoredRows<>(rows.iterator(), scorer, PLAN, tokensPerPortion).forEachRemaining(scored::add);
    return scored;
  }
}
