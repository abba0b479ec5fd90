package dev.kindling.data.tokenizer;

import dev.kindling.data.tokenizer.unigram.MetaspaceText;
import dev.kindling.data.tokenizer.unigram.UnigramLearner;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** What Unigram tokenizers are learned from in tests. */
final class UnigramTexts {
  private UnigramTexts() {}

  /** Word counts of texts, as the job makes them. */
  static Map<String, Long> wordCounts(List<String> texts) {
    return TextCounts.of(texts)
        .words(text -> new Words(MetaspaceText.of(text), MetaspaceText::wordEnd))
        .stream()
        .collect(Collectors.toMap(WordCount::word, WordCount::count));
  }

  /** A tokenizer that has learned English and Chinese. */
  static UnigramTokenizer learnedTokenizer() {
    return UnigramTokenizer.of(
        UnigramLearner.learn(wordCounts(List.of(TestTexts.story(1, 4_000))), 300, 2, Set.of()),
        true);
  }
}
