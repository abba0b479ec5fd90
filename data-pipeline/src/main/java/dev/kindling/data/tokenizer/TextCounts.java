package dev.kindling.data.tokenizer;

import java.io.Serializable;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** All that a vocabulary is learned from: how often what occurs in texts, wherever these are. */
interface TextCounts {
  /** Cuts a text into words. */
  @FunctionalInterface
  interface Splitter extends Serializable {
    /** The words of {@code text}, none of them empty. */
    Iterator<String> words(String text);
  }

  /** How often each code point occurs. */
  Map<Integer, Long> codePoints();

  /** How often each word occurs, in any order. */
  List<WordCount> words(Splitter splitter);

  /** Counts of texts in memory. */
  static TextCounts of(List<String> texts) {
    return new TextCounts() {
      @Override
      public Map<Integer, Long> codePoints() {
        Map<Integer, Long> counts = new HashMap<>();
        texts.forEach(text -> text.codePoints().forEach(c -> counts.merge(c, 1L, Long::sum)));
        return counts;
      }

      @Override
      public List<WordCount> words(Splitter splitter) {
        Map<String, Long> counts = new HashMap<>();
        texts.forEach(
            text -> splitter.words(text).forEachRemaining(w -> counts.merge(w, 1L, Long::sum)));
        return counts.entrySet().stream()
            .map(entry -> new WordCount(entry.getKey(), entry.getValue()))
            .toList();
      }
    };
  }
}
