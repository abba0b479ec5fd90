package dev.kindling.data.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BytePairLearnerTest {
  @Test
  void itLearnsWhatCountingAgainAfterEveryMergeLearns() {
    Random random = new Random(17);
    for (int round = 0; round < 60; round++) {
      List<WordCount> words = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        int length = 1 + random.nextInt(9);
        StringBuilder word = new StringBuilder();
        random.ints(length, 'a', 'a' + 3).forEach(c -> word.append((char) c));
        words.add(new WordCount(word.toString(), 1 + random.nextInt(5)));
      }
      ByteLevelBpe learned = BytePairLearner.learn(words, 256 + 60, 2, false);
      assertThat(mergesOf(learned)).isEqualTo(plainLearn(words, 256 + 60, 2));
    }
  }

  @Test
  void theOrderOfTheWordsDoesNotMatter() {
    List<WordCount> words =
        new ArrayList<>(TestTexts.wordCounts(List.of(TestTexts.story(3, 3_000))));
    byte[] json = TokenizerFile.toJson(BytePairLearner.learn(words, 700, 2, true));
    Collections.shuffle(words, new Random(5));
    assertThat(TokenizerFile.toJson(BytePairLearner.learn(words, 700, 2, true))).isEqualTo(json);
  }

  @Test
  void aPairBelowTheMinimumFrequencyIsNotMerged() {
    List<WordCount> words = List.of(new WordCount("ab", 3), new WordCount("cd", 2));
    assertThat(mergesOf(BytePairLearner.learn(words, 1_000, 3, false))).containsExactly("a+b");
    assertThat(BytePairLearner.learn(words, 1_000, 3, true).vocabSize()).isEqualTo(256 + 1 + 1);
  }

  @Test
  void theVocabularyStopsAtTheSizeAskedFor() {
    List<WordCount> words = TestTexts.wordCounts(List.of(TestTexts.story(3, 3_000)));
    assertThat(BytePairLearner.learn(words, 400, 1, true).vocabSize()).isEqualTo(400);
  }

  @Test
  void aVocabularyWithoutRoomForTheBytesIsAnError() {
    assertThatThrownBy(() -> BytePairLearner.learn(List.of(), 256, 1, true))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("256");
  }

  private static List<String> mergesOf(ByteLevelBpe tokenizer) {
    List<String> merges = new ArrayList<>();
    for (int rank = 0; rank < tokenizer.merges().size(); rank++) {
      merges.add(
          text(tokenizer, tokenizer.merges().left(rank))
              + "+"
              + text(tokenizer, tokenizer.merges().right(rank)));
    }
    return merges;
  }

  private static String text(ByteLevelBpe tokenizer, int id) {
    return new String(tokenizer.tokens()[id], StandardCharsets.UTF_8);
  }

  /** Counts all pairs anew before every merge; of equal counts the lower ids win. */
  private static List<String> plainLearn(List<WordCount> words, int vocabSize, int minFrequency) {
    Map<String, Integer> ids = new HashMap<>();
    for (byte value : ByteAlphabet.inIdOrder()) {
      ids.put(new String(new byte[] {value}, StandardCharsets.ISO_8859_1), ids.size());
    }
    List<List<String>> splits = new ArrayList<>();
    words.forEach(word -> splits.add(new ArrayList<>(List.of(word.word().split("")))));
    List<String> merges = new ArrayList<>();
    while (ids.size() < vocabSize) {
      Map<List<String>, Long> counts = new HashMap<>();
      for (int w = 0; w < words.size(); w++) {
        List<String> split = splits.get(w);
        for (int i = 0; i + 1 < split.size(); i++) {
          counts.merge(List.copyOf(split.subList(i, i + 2)), words.get(w).count(), Long::sum);
        }
      }
      List<String> best = null;
      for (Map.Entry<List<String>, Long> entry : counts.entrySet()) {
        if (entry.getValue() >= minFrequency
            && (best == null || precedes(entry.getKey(), best, counts, ids))) {
          best = entry.getKey();
        }
      }
      if (best == null) {
        return merges;
      }
      merges.add(best.get(0) + "+" + best.get(1));
      ids.putIfAbsent(best.get(0) + best.get(1), ids.size());
      for (List<String> split : splits) {
        for (int i = 0; i + 1 < split.size(); i++) {
          if (split.subList(i, i + 2).equals(best)) {
            split.set(i, split.get(i) + split.remove(i + 1));
          }
        }
      }
    }
    return merges;
  }

  private static boolean precedes(
      List<String> pair,
      List<String> other,
      Map<List<String>, Long> counts,
      Map<String, Integer> ids) {
    int byCount = Long.compare(counts.get(other), counts.get(pair));
    int byLeft = Integer.compare(ids.get(pair.get(0)), ids.get(other.get(0)));
    int byRight = Integer.compare(ids.get(pair.get(1)), ids.get(other.get(1)));
    int order = byCount != 0 ? byCount : byLeft != 0 ? byLeft : byRight;
    return order < 0;
  }
}
