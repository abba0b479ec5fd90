package dev.kindling.data.tokenizer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * Learns byte-pair merges from word counts (Sennrich et al. 2016): the most frequent pair of
 * neighbours becomes a token, again and again. Of equally frequent pairs the one of the lower ids
 * goes first, as in Hugging Face's trainer, so that the merges are a function of the counts alone.
 *
 * <p>Nothing is recounted: each pair knows the words that it occurs in, a merge updates the counts
 * of the pairs beside it, and the queue corrects an outdated entry when it comes up.
 */
final class BytePairLearner {
  private final int numTokens;
  private final long minFrequency;
  private final List<byte[]> tokens = new ArrayList<>();
  private final Map<String, Integer> idOfToken = new HashMap<>();
  private final IntList left = new IntList(1024);
  private final IntList right = new IntList(1024);
  private final IntList result = new IntList(1024);

  /** The ids that each word is made of so far, and how often it occurs. */
  private final int[][] words;

  private final long[] wordCounts;
  private final Map<Long, PairStatistics> pairs = new HashMap<>();
  private final PriorityQueue<Candidate> queue = new PriorityQueue<>();

  /** Pairs whose count has grown during the present merge. */
  private final Set<Long> grown = new HashSet<>();

  /** How often a pair occurs, and in which words: some may have lost it, some stand twice. */
  private static final class PairStatistics {
    private long count;
    private IntList words = new IntList(4);
  }

  /** A pair with the count that it had when it entered the queue. */
  private record Candidate(long pair, long count) implements Comparable<Candidate> {
    @Override
    public int compareTo(Candidate other) {
      int byCount = Long.compare(other.count, count);
      return byCount != 0 ? byCount : Long.compare(pair, other.pair);
    }
  }

  private BytePairLearner(List<WordCount> wordCounts, int numTokens, int minFrequency) {
    this.numTokens = numTokens;
    this.minFrequency = Math.max(minFrequency, 1);
    int[] idOfByte = new int[ByteAlphabet.SIZE];
    for (byte value : ByteAlphabet.inIdOrder()) {
      idOfByte[Byte.toUnsignedInt(value)] = tokens.size();
      addToken(new byte[] {value});
    }
    this.words = new int[wordCounts.size()][];
    this.wordCounts = new long[wordCounts.size()];
    for (int word = 0; word < words.length; word++) {
      char[] text = wordCounts.get(word).word().toCharArray();
      byte[] bytes = Utf8.encode(text, 0, text.length);
      words[word] = new int[bytes.length];
      for (int i = 0; i < bytes.length; i++) {
        words[word][i] = idOfByte[Byte.toUnsignedInt(bytes[i])];
      }
      this.wordCounts[word] = wordCounts.get(word).count();
    }
  }

  /**
   * Learns a tokenizer: the 256 bytes, then the merges' results, then the special token.
   *
   * @param words distinct words; their order does not matter
   * @param vocabSize the ids aimed at, of which fewer come out where no pair is left to merge
   * @param minFrequency a pair seen less often is not merged
   * @param endOfText whether {@link Tokenizer#END_OF_TEXT} gets the last id
   */
  static ByteLevelBpe learn(
      List<WordCount> words, int vocabSize, int minFrequency, boolean endOfText) {
    int numTokens = vocabSize - (endOfText ? 1 : 0);
    if (numTokens < ByteAlphabet.SIZE) {
      throw new IllegalArgumentException("vocabSize " + vocabSize + " has no room for the bytes");
    }
    BytePairLearner learner = new BytePairLearner(words, numTokens, minFrequency);
    learner.countPairs();
    learner.mergeAll();
    return learner.toTokenizer(endOfText);
  }

  private void countPairs() {
    for (int word = 0; word < words.length; word++) {
      int[] ids = words[word];
      for (int i = 0; i + 1 < ids.length; i++) {
        add(Merges.pair(ids[i], ids[i + 1]), word);
      }
    }
    enqueueGrown();
  }

  private void mergeAll() {
    while (tokens.size() < numTokens && !queue.isEmpty()) {
      Candidate candidate = queue.poll();
      PairStatistics statistics = pairs.get(candidate.pair());
      if (statistics == null || statistics.count > candidate.count()) {
        // Merged away, or in the queue again with its higher count.
        continue;
      }
      if (statistics.count < candidate.count()) {
        enqueue(candidate.pair(), statistics.count);
        continue;
      }
      merge(candidate.pair(), statistics);
      enqueueGrown();
    }
  }

  private void merge(long pair, PairStatistics statistics) {
    int leftId = (int) (pair >>> 32);
    int rightId = (int) pair;
    int newId = addToken(concatenate(tokens.get(leftId), tokens.get(rightId)));
    left.add(leftId);
    right.add(rightId);
    result.add(newId);
    IntList occurrences = statistics.words;
    statistics.words = new IntList(4);
    for (int i = 0; i < occurrences.size(); i++) {
      mergeInWord(occurrences.get(i), leftId, rightId, newId);
    }
  }

  private void mergeInWord(int word, int leftId, int rightId, int newId) {
    int[] before = words[word];
    int[] after = new int[before.length];
    boolean[] merged = new boolean[before.length];
    int length = 0;
    for (int i = 0; i < before.length; length++) {
      merged[length] = i + 1 < before.length && before[i] == leftId && before[i + 1] == rightId;
      after[length] = merged[length] ? newId : before[i];
      i += merged[length] ? 2 : 1;
    }
    if (length == before.length) {
      return;
    }
    words[word] = Arrays.copyOf(after, length);
    for (int i = 0; i < length; i++) {
      if (merged[i]) {
        remove(Merges.pair(leftId, rightId), word);
      }
      if (i + 1 < length && (merged[i] || merged[i + 1])) {
        int leftBefore = merged[i] ? rightId : after[i];
        int rightBefore = merged[i + 1] ? leftId : after[i + 1];
        remove(Merges.pair(leftBefore, rightBefore), word);
        add(Merges.pair(after[i], after[i + 1]), word);
      }
    }
  }

  private void add(long pair, int word) {
    PairStatistics statistics = pairs.computeIfAbsent(pair, key -> new PairStatistics());
    statistics.count += wordCounts[word];
    IntList occurrences = statistics.words;
    if (occurrences.size() == 0 || occurrences.get(occurrences.size() - 1) != word) {
      occurrences.add(word);
    }
    grown.add(pair);
  }

  private void remove(long pair, int word) {
    PairStatistics statistics = pairs.get(pair);
    statistics.count -= wordCounts[word];
    if (statistics.count == 0) {
      pairs.remove(pair);
    }
  }

  private void enqueueGrown() {
    for (long pair : grown) {
      PairStatistics statistics = pairs.get(pair);
      if (statistics != null) {
        enqueue(pair, statistics.count);
      }
    }
    grown.clear();
  }

  private void enqueue(long pair, long count) {
    if (count >= minFrequency) {
      queue.add(new Candidate(pair, count));
    }
  }

  /** Two merges may make the same bytes, which then share an id. */
  private int addToken(byte[] bytes) {
    return idOfToken.computeIfAbsent(
        ByteAlphabet.toText(bytes),
        text -> {
          tokens.add(bytes);
          return tokens.size() - 1;
        });
  }

  private static byte[] concatenate(byte[] first, byte[] second) {
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  private ByteLevelBpe toTokenizer(boolean endOfText) {
    Map<Integer, String> specialTokens = Map.of();
    if (endOfText) {
      specialTokens = Map.of(tokens.size(), Tokenizer.END_OF_TEXT);
      tokens.add(null);
    }
    return new ByteLevelBpe(
        tokens.toArray(byte[][]::new),
        new Merges(left.toArray(), right.toArray(), result.toArray()),
        specialTokens);
  }
}
