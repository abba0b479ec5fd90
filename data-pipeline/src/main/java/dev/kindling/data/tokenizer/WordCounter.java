package dev.kindling.data.tokenizer;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.storage.StorageLevel;
import scala.Tuple2;

/**
 * Counts words and characters on the executors. What reaches the driver is bounded: the most
 * frequent words, as many whole levels of frequency as fit into {@link #MAX_WORDS} words and {@link
 * #MAX_WORD_BYTES} bytes, and of the next level a part. In scripts without spaces most words are
 * sentences seen once, so that the level that does not fit may be nearly all there is. The part is
 * drawn by a hash of the word: it is a fair sample, and the same however the texts are distributed.
 */
final class WordCounter {
  /** The most words that reach the driver. */
  static final long MAX_WORDS = 1_000_000;

  /** The most UTF-8 bytes that these words have together. */
  static final long MAX_WORD_BYTES = 24L << 20;

  private static final long HASHES = 1L << 31;

  private WordCounter() {}

  /**
   * Which words are taken.
   *
   * @param leastCount all words of at least this frequency
   * @param partialCount a part of those of this frequency; 0 for none
   * @param numWords the most words of that part
   * @param numBytes the most bytes of that part
   * @param fraction of its level that numWords and numBytes allow, and a little more
   */
  private record Budget(
      long leastCount, long partialCount, long numWords, long numBytes, double fraction) {}

  /** All that is known of the words of one frequency. */
  private record Level(long count, long numWords, long numBytes) {}

  /** Counts of a column of texts, within {@link #MAX_WORDS} and {@link #MAX_WORD_BYTES}. */
  static TextCounts of(Dataset<String> texts) {
    return new TextCounts() {
      @Override
      public Map<Integer, Long> codePoints() {
        return countCodePoints(texts);
      }

      @Override
      public List<WordCount> words(Splitter splitter) {
        return countWords(texts, splitter, MAX_WORDS, MAX_WORD_BYTES);
      }
    };
  }

  /**
   * Counts the words in a column of texts.
   *
   * @param maxWords the most words to return
   * @param maxBytes the most bytes that they have together
   */
  static List<WordCount> countWords(
      Dataset<String> texts, TextCounts.Splitter splitter, long maxWords, long maxBytes) {
    Dataset<Row> counts =
        texts
            .flatMap((FlatMapFunction<String, String>) splitter::words, Encoders.STRING())
            .groupBy(col("value"))
            .count()
            .persist(StorageLevel.MEMORY_AND_DISK());
    try {
      Budget budget = budget(counts, maxWords, maxBytes);
      List<WordCount> words = new ArrayList<>();
      for (Row row : counts.filter(col("count").geq(budget.leastCount())).collectAsList()) {
        words.add(new WordCount(row.getString(0), row.getLong(1)));
      }
      if (budget.partialCount() > 0) {
        words.addAll(partOfLevel(counts, budget));
      }
      return words;
    } finally {
      counts.unpersist();
    }
  }

  /** Counts the code points in a column of texts. */
  private static Map<Integer, Long> countCodePoints(Dataset<String> texts) {
    return texts
        .javaRDD()
        .mapPartitionsToPair(WordCounter::codePoints)
        .reduceByKey(Long::sum)
        .collectAsMap();
  }

  /**
   * The words of the smallest hashes. A threshold of the hash, which each executor applies by
   * itself, lets through hardly more than fit; the driver leaves out the last of them.
   */
  private static List<WordCount> partOfLevel(Dataset<Row> counts, Budget budget) {
    long threshold = (long) (budget.fraction() * HASHES);
    List<Row> rows =
        counts
            .filter(col("count").equalTo(budget.partialCount()))
            .withColumn("hash", expr("xxhash64(value)"))
            .filter(expr("pmod(hash, " + HASHES + "L) < " + threshold + "L"))
            .select("value", "count", "hash")
            .collectAsList();
    List<Row> ordered = new ArrayList<>(rows);
    ordered.sort(
        Comparator.comparingLong((Row row) -> Math.floorMod(row.getLong(2), HASHES))
            .thenComparing(row -> row.getString(0)));
    List<WordCount> words = new ArrayList<>();
    long numBytes = 0;
    for (Row row : ordered) {
      String word = row.getString(0);
      numBytes += word.getBytes(StandardCharsets.UTF_8).length;
      if (words.size() == budget.numWords() || numBytes > budget.numBytes()) {
        break;
      }
      words.add(new WordCount(word, row.getLong(1)));
    }
    return words;
  }

  /** The levels that fit as a whole, and what is left for the first that does not. */
  private static Budget budget(Dataset<Row> counts, long maxWords, long maxBytes) {
    List<Level> levels = new ArrayList<>();
    Dataset<Row> rows =
        counts.groupBy(col("count")).agg(expr("count(*)"), expr("sum(octet_length(value))"));
    for (Row row : rows.collectAsList()) {
      levels.add(new Level(row.getLong(0), row.getLong(1), row.getLong(2)));
    }
    levels.sort(Comparator.comparingLong(Level::count).reversed());
    long least = Long.MAX_VALUE;
    long numWords = 0;
    long numBytes = 0;
    for (Level level : levels) {
      long wordsLeft = maxWords - numWords;
      long bytesLeft = maxBytes - numBytes;
      if (level.numWords() > wordsLeft || level.numBytes() > bytesLeft) {
        double fraction =
            Math.min((double) wordsLeft / level.numWords(), (double) bytesLeft / level.numBytes());
        // Some more than fit on average, so that the part is full in spite of chance.
        double withSlack = Math.min(1, fraction * 1.05 + 64.0 / level.numWords());
        return wordsLeft == 0 || bytesLeft == 0
            ? new Budget(least, 0, 0, 0, 0)
            : new Budget(least, level.count(), wordsLeft, bytesLeft, withSlack);
      }
      numWords += level.numWords();
      numBytes += level.numBytes();
      least = level.count();
    }
    return new Budget(least, 0, 0, 0, 0);
  }

  private static Iterator<Tuple2<Integer, Long>> codePoints(Iterator<String> texts) {
    Map<Integer, Long> counts = new HashMap<>();
    while (texts.hasNext()) {
      texts.next().codePoints().forEach(codePoint -> counts.merge(codePoint, 1L, Long::sum));
    }
    return counts.entrySet().stream()
        .map(entry -> new Tuple2<>(entry.getKey(), entry.getValue()))
        .iterator();
  }
}
