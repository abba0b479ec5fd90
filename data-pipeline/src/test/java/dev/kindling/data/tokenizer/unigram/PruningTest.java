package dev.kindling.data.tokenizer.unigram;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PruningTest {
  private static final TrainingWords WORDS =
      TrainingWords.of(Map.of("ab", 20L, "cd", 10L, "abcd", 1L), 1);

  private static final List<ScoredPiece> PIECES =
      List.of(
          piece("a"), piece("b"), piece("c"), piece("cd"), piece("d"), piece("ab"), piece("bc"));

  @Test
  void whatTheWordsMissLeastGoesFirst() {
    assertThat(pruned(7)).containsExactly("a", "b", "c", "cd", "d", "ab");
    assertThat(pruned(5)).containsExactly("a", "b", "c", "d", "ab");
  }

  @Test
  void charactersStayEvenWhereThereIsNoRoom() {
    assertThat(pruned(2)).containsExactly("a", "b", "c", "d");
  }

  private static List<String> pruned(int numPieces) {
    return Pruning.prune(PIECES, WORDS, numPieces).stream().map(ScoredPiece::piece).toList();
  }

  private static ScoredPiece piece(String text) {
    return new ScoredPiece(text, -2);
  }
}
