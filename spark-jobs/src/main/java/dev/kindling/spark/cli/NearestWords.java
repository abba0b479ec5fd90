package dev.kindling.spark.cli;

import dev.kindling.data.InvalidInputException;
import dev.kindling.spark.report.Words;
import dev.kindling.spark.sweep.fit.TextTable;
import dev.kindling.spark.wordvectors.WordVectors;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** How the words nearest to something are shown. */
final class NearestWords {
  private NearestWords() {}

  static void requireCount(int count) {
    if (count < 1) {
      throw new InvalidInputException("--count is " + count, "1 or more", "correct the option");
    }
  }

  static TextTable table(List<WordVectors.Neighbour> nearest) {
    List<List<String>> rows = new ArrayList<>(List.of(List.of("word", "cosine", "count")));
    for (WordVectors.Neighbour neighbour : nearest) {
      long count = neighbour.word().count();
      rows.add(
          List.of(
              neighbour.word().word(),
              String.format(Locale.ROOT, "%.3f", neighbour.cosine()),
              count == 0 ? "" : Words.number(count)));
    }
    return new TextTable(rows);
  }
}
