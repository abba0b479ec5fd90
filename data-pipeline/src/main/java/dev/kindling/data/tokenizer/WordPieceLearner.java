package dev.kindling.data.tokenizer;

import dev.kindling.data.IntList;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Learns a WordPiece vocabulary as Hugging Face's trainer does: {@link PairLearner} over
 * characters, of which all but a word's first carry {@code ##}. The vocabulary is the special
 * tokens, the characters in ascending order, the same with {@code ##} as far as they occur, and the
 * merges' results in the order of merging. What that trainer leaves to chance is settled here: of
 * equally frequent characters the lower ones are kept, and the characters with {@code ##} ascend
 * too.
 */
final class WordPieceLearner {
  /** In the order of their ids, which begin at 0. */
  static final List<String> SPECIAL_TOKENS =
      List.of(
          WordPieceTokenizer.PADDING,
          WordPieceTokenizer.UNKNOWN,
          WordPieceTokenizer.CLASSIFICATION,
          WordPieceTokenizer.SEPARATOR,
          WordPieceTokenizer.MASK);

  private WordPieceLearner() {}

  /**
   * Learns a tokenizer.
   *
   * @param words distinct words of {@link BertWords}; their order does not matter
   * @param vocabSize the ids aimed at, of which fewer come out where no pair is left to merge
   * @param minFrequency a pair seen less often is not merged
   * @param limitAlphabet the most characters kept; fewer where they would leave no room for their
   *     forms with {@code ##}. A word's other characters are left out of it.
   */
  static WordPieceTokenizer learn(
      List<WordCount> words,
      BertNormalizer normalizer,
      int vocabSize,
      int minFrequency,
      int limitAlphabet) {
    int room = (vocabSize - SPECIAL_TOKENS.size()) / 2;
    if (room < 1) {
      throw new IllegalArgumentException("vocabSize " + vocabSize + " has no room for characters");
    }
    int[] characters = frequentCharacters(words, Math.min(limitAlphabet, room));
    List<String> alphabet = new ArrayList<>(SPECIAL_TOKENS);
    Map<Integer, Integer> firstIds = new HashMap<>();
    for (int character : characters) {
      firstIds.put(character, alphabet.size());
      alphabet.add(Character.toString(character));
    }
    Map<Integer, Integer> laterIds = new HashMap<>();
    Set<Integer> continuing = continuingCharacters(words);
    for (int character : characters) {
      if (continuing.contains(character)) {
        laterIds.put(character, alphabet.size());
        alphabet.add(WordPieceTokenizer.PREFIX + Character.toString(character));
      }
    }
    int[][] ids =
        words.stream().map(word -> ids(word.word(), firstIds, laterIds)).toArray(int[][]::new);
    long[] counts = words.stream().mapToLong(WordCount::count).toArray();
    PairLearner learner =
        new PairLearner(alphabet, ids, counts, minFrequency, WordPieceLearner::join);
    learner.learn(vocabSize);
    return new WordPieceTokenizer(normalizer, vocabulary(learner.tokens()));
  }

  private static int[] frequentCharacters(List<WordCount> words, int limit) {
    Map<Integer, Long> counts = new HashMap<>();
    for (WordCount word : words) {
      word.word().codePoints().forEach(c -> counts.merge(c, word.count(), Long::sum));
    }
    return counts.entrySet().stream()
        .sorted(
            Map.Entry.<Integer, Long>comparingByValue(Comparator.reverseOrder())
                .thenComparing(Map.Entry.comparingByKey()))
        .limit(limit)
        .mapToInt(Map.Entry::getKey)
        .sorted()
        .toArray();
  }

  private static Set<Integer> continuingCharacters(List<WordCount> words) {
    Set<Integer> characters = new HashSet<>();
    for (WordCount word : words) {
      word.word().codePoints().skip(1).forEach(characters::add);
    }
    return characters;
  }

  private static int[] ids(
      String word, Map<Integer, Integer> firstIds, Map<Integer, Integer> laterIds) {
    int firstLength = Character.charCount(word.codePointAt(0));
    IntList ids = new IntList(word.length());
    Integer first = firstIds.get(word.codePointAt(0));
    if (first != null) {
      ids.add(first);
    }
    word.substring(firstLength)
        .codePoints()
        .filter(laterIds::containsKey)
        .forEach(character -> ids.add(laterIds.get(character)));
    return ids.toArray();
  }

  private static String join(String left, String right) {
    return left
        + (right.startsWith(WordPieceTokenizer.PREFIX)
            ? right.substring(WordPieceTokenizer.PREFIX.length())
            : right);
  }

  private static Vocabulary vocabulary(List<String> tokens) {
    SortedMap<Integer, String> specialTokens = new TreeMap<>();
    Map<String, Integer> ids = new HashMap<>();
    for (int id = 0; id < tokens.size(); id++) {
      if (id < SPECIAL_TOKENS.size()) {
        specialTokens.put(id, tokens.get(id));
      } else {
        ids.put(tokens.get(id), id);
      }
    }
    return new Vocabulary(tokens.size(), ids, specialTokens);
  }
}
