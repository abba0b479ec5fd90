package dev.kindling.data.decontaminate;

import dev.kindling.data.words.WordForm;
import dev.kindling.data.words.WordHashes;
import java.util.Arrays;
import java.util.stream.IntStream;

/** Where the words of a text begin and end, by UTF-16 indices. */
final class WordBounds {
  private final int[] starts;
  private final int[] ends;

  private WordBounds(int[] starts, int[] ends) {
    this.starts = starts;
    this.ends = ends;
  }

  static WordBounds of(String text) {
    IntStream.Builder starts = IntStream.builder();
    IntStream.Builder ends = IntStream.builder();
    WordHashes words = new WordHashes(text, WordForm.WRITTEN);
    while (words.next()) {
      starts.add(words.start());
      ends.add(words.end());
    }
    return new WordBounds(starts.build().toArray(), ends.build().toArray());
  }

  /** The start of the word that goes on across an index; the index itself where none does. */
  int startAround(int index) {
    int word = wordAcross(index);
    return word < 0 ? index : starts[word];
  }

  /** The end of the word that goes on across an index; the index itself where none does. */
  int endAround(int index) {
    int word = wordAcross(index);
    return word < 0 ? index : ends[word];
  }

  private int wordAcross(int index) {
    int found = Arrays.binarySearch(starts, index);
    int before = found >= 0 ? found - 1 : -found - 2;
    return before >= 0 && ends[before] > index ? before : -1;
  }
}
