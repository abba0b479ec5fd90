package dev.kindling.spark.ngram;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kindling.data.shard.TokenSet;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NgramWindowsTest {
  @TempDir Path directory;

  @Test
  void theEndOfTheDocumentBeforeStandsBeforeTheFirstToken() throws IOException {
    Corpus corpus = new Corpus(4, true, List.of(ints(1, 2, 0), ints(0), ints(3, 0)), LETTERS);

    assertThat(windows(corpus, 3, 100))
        .containsExactly(
            List.of(0, 1),
            List.of(0, 1, 2),
            List.of(1, 2, 0), //
            List.of(0, 0), //
            List.of(0, 3),
            List.of(0, 3, 0));
  }

  @Test
  void withoutAnEndOfTextTokenTheFirstTokensStandAlone() throws IOException {
    Corpus corpus = new Corpus(4, false, List.of(ints(0, 1, 2, 3), ints(), ints(0)), LETTERS);

    assertThat(windows(corpus, 3, 100))
        .containsExactly(
            List.of(0),
            List.of(0, 1),
            List.of(0, 1, 2),
            List.of(1, 2, 3), //
            List.of(0));
  }

  @Test
  void unigramsHaveNothingBeforeThem() throws IOException {
    Corpus corpus = new Corpus(4, true, List.of(ints(1, 2, 0), ints(3, 0)), LETTERS);

    assertThat(windows(corpus, 1, 100))
        .containsExactly(List.of(1), List.of(2), List.of(0), List.of(3), List.of(0));
  }

  @Test
  void rangesOfAnySizeGiveTheSame() throws IOException {
    for (boolean endOfText : new boolean[] {true, false}) {
      Corpus corpus = Corpus.random(9, endOfText, 50);
      for (int order : new int[] {1, 2, 5}) {
        List<List<Integer>> atOnce = windows(corpus, order, 100_000);
        assertThat(atOnce).hasSize(corpus.train().stream().mapToInt(d -> d.length).sum());
        for (int range : new int[] {1, 2, 3, 7, 64}) {
          assertThat(windows(corpus, order, range)).as("ranges of %d", range).isEqualTo(atOnce);
        }
      }
    }
  }

  private static final List<int[]> LETTERS = List.of(ints(1, 0), ints(2, 0));

  private static int[] ints(int... tokens) {
    return tokens;
  }

  private List<List<Integer>> windows(Corpus corpus, int order, int range) throws IOException {
    Path tokens = directory.resolve("tokens-" + corpus.hashCode());
    if (!tokens.toFile().exists()) {
      corpus.write(tokens);
    }
    List<List<Integer>> all = new ArrayList<>();
    try (TokenSet set =
        TokenSet.open(
            new Configuration(), new org.apache.hadoop.fs.Path(tokens.toUri()), "train")) {
      int endOfText = corpus.endOfTextId().orElse(-1);
      for (long start = 0; start < set.numTokens(); start += range) {
        long end = Math.min(start + range, set.numTokens());
        NgramWindows windows = new NgramWindows(set, endOfText, order, start, end);
        while (windows.next()) {
          all.add(Arrays.stream(windows.tokens(), 0, windows.length()).boxed().toList());
        }
      }
    }
    return all;
  }
}
