package dev.kindling.data.tokenizer.unigram;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SortedSuffixesTest {
  @Test
  void everySubstringThatBranchesIsVisitedOnceWithItsOccurrences() {
    // b is always followed by a, so that only ba is there; a ends words and goes on.
    assertThat(visited(Map.of("aba", 3L, "ac", 2L)))
        .containsOnly(
            Map.entry("aba", 3L),
            Map.entry("a", 8L),
            Map.entry("ac", 2L),
            Map.entry("ba", 3L),
            Map.entry("c", 2L));
  }

  @Test
  void itFindsWhatCountingOneByOneFinds() {
    Random random = new Random(3);
    for (int round = 0; round < 300; round++) {
      RandomModel model = new RandomModel(random);
      Map<String, Long> words = new HashMap<>();
      for (int i = random.nextInt(30); i >= 0; i--) {
        words.merge(model.word(25), 1L + random.nextInt(4), Long::sum);
      }
      assertThat(visited(words)).isEqualTo(counted(words));
    }
  }

  @Test
  void noSubstringIsLongerThanAPiece() {
    Map<String, Long> visited = visited(Map.of("x".repeat(15) + "😀" + "y".repeat(20), 1L));
    assertThat(visited.keySet()).allMatch(text -> text.length() <= 16);
    assertThat(visited).containsKey("x".repeat(15)).containsKey("x".repeat(14) + "😀");
  }

  private static Map<String, Long> visited(Map<String, Long> wordCounts) {
    TrainingWords words = TrainingWords.of(wordCounts, 1);
    Map<String, Long> visited = new HashMap<>();
    new SortedSuffixes(words)
        .forEachSubstring(
            (position, length, count) ->
                assertThat(visited.put(new String(words.text(), position, length), count))
                    .isNull());
    return visited;
  }

  /** All substrings up to the longest piece that are not always followed by the same character. */
  private static Map<String, Long> counted(Map<String, Long> wordCounts) {
    Map<String, Long> counts = new HashMap<>();
    Map<String, Set<String>> followers = new HashMap<>();
    wordCounts.forEach(
        (word, count) -> {
          for (int start = 0; start < word.length(); start = word.offsetByCodePoints(start, 1)) {
            int end = start;
            while (end < word.length()) {
              end = word.offsetByCodePoints(end, 1);
              if (end - start > SortedSuffixes.MAX_PIECE_CHARACTERS) {
                break;
              }
              boolean last =
                  end == word.length()
                      || word.offsetByCodePoints(end, 1) - start
                          > SortedSuffixes.MAX_PIECE_CHARACTERS;
              String text = word.substring(start, end);
              counts.merge(text, count, Long::sum);
              followers
                  .computeIfAbsent(text, key -> new HashSet<>())
                  .add(last ? "end" : Character.toString(word.codePointAt(end)));
            }
          }
        });
    counts
        .keySet()
        .removeIf(text -> followers.get(text).size() == 1 && !followers.get(text).contains("end"));
    return counts;
  }
}
