package dev.kindling.data.tokenizer;

import dev.kindling.data.tokenizer.unigram.MetaspaceText;
import dev.kindling.data.tokenizer.unigram.UnigramLearner;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What Unigram tokenizers are learned from in tests. */
final class UnigramTexts {
  private UnigramTexts() {}

  /** Word counts of texts, as the job makes them. */
  static Map<String, Long> wordCounts(List<String> texts) {
    Map<String, Long> counts = new HashMap<>();
    for (String text : texts) {
      char[] characters = MetaspaceText.of(text).toCharArray();
      int end;
      for (int start = 0; start < characters.length; start = end) {
        end = MetaspaceText.wordEnd(characters, start, characters.length);
        counts.merge(new String(characters, start, end - start), 1L, Long::sum);
      }
    }
    return counts;
  }

  /** A tokenizer that has learned English and Chinese. */
  static UnigramTokenizer learnedTokenizer() {
    return UnigramTokenizer.of(
        UnigramLearner.learn(wordCounts(List.of(TestTexts.story(1, 4_000))), 300, 2, Set.of()),
        true);
  }
}
