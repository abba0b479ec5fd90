package dev.kindling.data.decontaminate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class NgramsTest {
  @Test
  void nGramsOfAllSizesStandWhereTheirWordsDo() {
    assertThat(ngrams("(A b), c.", 1, 2, 3))
        .containsExactly("A", "b", "A b", "c", "b), c", "A b), c");
    assertThat(ngrams("a b c d e", 4)).containsExactly("a b c d", "b c d e");
    assertThat(ngrams("a b", 3)).isEmpty();
    assertThat(ngrams("", 1, 2)).isEmpty();
  }

  @Test
  void anNGramHasTheSameHashWhateverSizesThereAre() {
    Ngrams alone = new Ngrams("b C", new int[] {2});
    assertThat(alone.next()).isTrue();
    Ngrams among = new Ngrams("a B, c", new int[] {1, 2, 3});
    long found = 0;
    while (among.next()) {
      found += among.hash() == alone.hash() ? 1 : 0;
    }
    assertThat(found).isEqualTo(1);
  }

  private static List<String> ngrams(String text, int... sizes) {
    List<String> found = new ArrayList<>();
    Ngrams ngrams = new Ngrams(text, sizes);
    while (ngrams.next()) {
      found.add(text.substring(ngrams.start(), ngrams.end()));
    }
    return found;
  }
}
