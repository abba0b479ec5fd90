package dev.kindling.data.tokenizer;

import dev.kindling.data.IntList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.BinaryOperator;

/**
 * Learns to merge pairs of tokens from word counts (Sennrich et al. 2016): the most frequent pair
 * of neighbours becomes a token, again and again. Of equally frequent pairs the one of the lower
 * ids goes first, as in Hugging Face's trainer, so that the merges are a function of the counts
 * alone.
 *
 * <p>Nothing is recounted: each pair knows the words that it occurs in, a merge updates the counts
 * of the pairs beside it, and the queue corrects an outdated entry when it comes up.
 */
final class PairLearner {
  private final long minFrequency;
  private final List<String> tokens = new ArrayList<>();
  private final BinaryOperator<String> join;
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

  /**
   * @param alphabet the tokens to begin with; the first has id 0
   * @param words the ids of each word, which merging changes
   * @param wordCounts how often each word occurs
   * @param minFrequency a pair seen less often is not merged
   * @param join makes one token's text of two
   */
  PairLearner(
      List<String> alphabet,
      int[][] words,
      long[] wordCounts,
      int minFrequency,
      BinaryOperator<String> join) {
    this.minFrequency = Math.max(minFrequency, 1);
    this.words = words;
    this.wordCounts = wordCounts;
    this.join = join;
    alphabet.forEach(this::addToken);
  }

  /** Merges until there are {@code numTokens} tokens, or no pair is left to merge. */
  void learn(int numTokens) {
    countPairs();
    mergeAll(numTokens);
  }

  /** The tokens by id. */
  List<String> tokens() {
    return tokens;
  }

  /** The merges in the order in which they were learned. */
  Merges merges() {
    return new Merges(left.toArray(), right.toArray(), result.toArray());
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

  private void mergeAll(int numTokens) {
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
    int newId = addToken(join.apply(tokens.get(leftId), tokens.get(rightId)));
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

  /** Two merges may make the same text, which then shares an id. */
  private int addToken(String text) {
    return idOfToken.computeIfAbsent(
        text,
        key -> {
          tokens.add(key);
          return tokens.size() - 1;
        });
  }
}
