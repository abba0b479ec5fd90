package dev.kindling.data.tokenizer.unigram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SeedPiecesTest {
  private static final TrainingWords WORDS =
      TrainingWords.of(Map.of("aba", 3L, "ac", 2L, "xyz", 1L), 1);

  @Test
  void charactersComeFirstAndThenWhatCoversTheMostText() {
    // Covered: aba 9, ba 6, ac 4; xyz, yz are seen once only.
    List<ScoredPiece> seed = SeedPieces.of(WORDS, 10, 2, Set.of());
    assertThat(seed.stream().map(ScoredPiece::piece))
        .containsExactly("a", "b", "c", "x", "y", "z", "aba", "ba", "ac");
    // 16 characters and 19 characters of substrings.
    assertThat(seed.get(0).score()).isCloseTo(Math.log(8.0 / 35), offset(1e-12));
    assertThat(seed.get(6).score()).isCloseTo(Math.log(9.0 / 35), offset(1e-12));
  }

  @Test
  void theLimitKeepsTheBest() {
    assertThat(SeedPieces.of(WORDS, 2, 1, Set.of()).stream().map(ScoredPiece::piece))
        .containsExactly("a", "b", "c", "x", "y", "z", "aba", "ba");
  }

  @Test
  void whatIsReservedIsNoPiece() {
    assertThat(SeedPieces.of(WORDS, 2, 1, Set.of("aba")).stream().map(ScoredPiece::piece))
        .doesNotContain("aba")
        .contains("ba");
  }

  @Test
  void aRareCharacterIsNoPieceAndItsWordsAreCutThere() {
    TrainingWords words = TrainingWords.of(Map.of("aba", 3L, "ac", 2L, "axa", 1L), 2);
    assertThat(words.characters().keySet()).containsExactly((int) 'a', (int) 'b', (int) 'c');
    assertThat(words.size()).isEqualTo(3);
    assertThat(new String(words.text())).isEqualTo("aabaac");
    assertThat(words.count(0)).isEqualTo(2);
  }
}
