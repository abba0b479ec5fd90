package dev.kindling.data.tokenizer;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.storage.StorageLevel;
import scala.Tuple2;

/**
 * Counts words and characters on the executors. What reaches the driver is bounded: the most
 * frequent words, as many whole levels of frequency as fit into {@link #MAX_WORDS} words and {@link
 * #MAX_WORD_BYTES} bytes. The words beyond are so rare that they decide no merge of a usual
 * vocabulary.
 */
final class WordCounter {
  /** The most words that reach the driver. */
  static final long MAX_WORDS = 1_000_000;

  /** The most UTF-8 bytes that these words have together. */
  static final long MAX_WORD_BYTES = 24L << 20;

  /**
   * A longer word, such as a sentence without spaces, is counted in pieces of this many code
   * points: no token of the vocabulary is longer.
   */
  static final int MAX_WORD_CODE_POINTS = 64;

  private WordCounter() {}

  /** All that is known of the words of one frequency. */
  private record Level(long count, long numWords, long numBytes) {}

  /**
   * Counts the words of {@link PreTokenizer} in a column of texts.
   *
   * @param maxWords the most words to return
   * @param maxBytes the most bytes that they have together
   */
  static List<WordCount> countWords(Dataset<String> texts, long maxWords, long maxBytes) {
    Dataset<Row> counts =
        texts
            .flatMap((FlatMapFunction<String, String>) Words::new, Encoders.STRING())
            .groupBy(col("value"))
            .count()
            .persist(StorageLevel.MEMORY_AND_DISK());
    try {
      long leastCount = leastCount(counts, maxWords, maxBytes);
      List<WordCount> words = new ArrayList<>();
      for (Row row : counts.filter(col("count").geq(leastCount)).collectAsList()) {
        words.add(new WordCount(row.getString(0), row.getLong(1)));
      }
      return words;
    } finally {
      counts.unpersist();
    }
  }

  /** Counts the code points in a column of texts. */
  static Map<Integer, Long> countCodePoints(Dataset<String> texts) {
    return texts
        .javaRDD()
        .mapPartitionsToPair(WordCounter::codePoints)
        .reduceByKey(Long::sum)
        .collectAsMap();
  }

  /** The least frequency whose words still fit, together with all more frequent ones. */
  private static long leastCount(Dataset<Row> counts, long maxWords, long maxBytes) {
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
      numWords += level.numWords();
      numBytes += level.numBytes();
      if (numWords > maxWords || numBytes > maxBytes) {
        break;
      }
      least = level.count();
    }
    return least;
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

  /** The words of a text one by one, since a text may be large. */
  private static final class Words implements Iterator<String> {
    private final char[] text;
    private int position;
    private int wordEnd;

    Words(String text) {
      this.text = text.toCharArray();
    }

    @Override
    public boolean hasNext() {
      return position < text.length;
    }

    @Override
    public String next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      if (position == wordEnd) {
        wordEnd = PreTokenizer.wordEnd(text, position, text.length);
      }
      int start = position;
      for (int n = 0; n < MAX_WORD_CODE_POINTS && position < wordEnd; n++) {
        position += Character.charCount(Utf8.codePointAt(text, position, wordEnd));
      }
      return new String(text, start, position - start);
    }
  }
}
