package dev.kindling.spark.ngram;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.least;
import static org.apache.spark.sql.functions.lit;

import dev.kindling.spark.config.NgramConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.StorageLevel;

/**
 * How large n-gram models of a corpus are for all thresholds of pruning, before one is made.
 *
 * @param config the order, and thresholds that are not gone below
 * @param vocabSize V
 * @param numByOccurrences for every order from 2, how many different n-grams occur so often; those
 *     that occur {@value #MOST} times or more are counted there
 */
public record NgramPruning(
    NgramConfig config, int vocabSize, List<NavigableMap<Long, Long>> numByOccurrences) {
  private static final long MOST = 1L << 16;

  /** Keeps an unmodifiable copy. */
  public NgramPruning {
    numByOccurrences = List.copyOf(numByOccurrences);
  }

  /** Counts n-grams in the training split of token shards. */
  public static NgramPruning of(SparkSession spark, NgramConfig config, Path tokens) {
    Configuration hadoop = spark.sparkContext().hadoopConfiguration();
    NgramTokens input = NgramTokens.open(hadoop, tokens);
    NgramKey keys = NgramKey.ofVocabulary(input.vocabSize());
    NgramCounts counts = new NgramCounts(config, keys, input.endOfTextId().isPresent());
    List<Dataset<Row>> kept = new ArrayList<>();
    try {
      Dataset<Row> occurrences =
          kept(kept, counts.occurrences(spark, NgramEstimate.ranges(spark, counts, input)));
      List<NavigableMap<Long, Long>> numbers = new ArrayList<>();
      Dataset<Row> ofOrder = counts.ofHighestOrder(occurrences);
      for (int order = config.order(); order > 1; order--) {
        if (order < config.order()) {
          ofOrder = kept(kept, counts.of(order, ofOrder, occurrences));
        }
        numbers.add(0, byOccurrences(ofOrder));
      }
      return new NgramPruning(config, input.vocabSize(), numbers);
    } finally {
      kept.forEach(Dataset::unpersist);
    }
  }

  /**
   * The numbers that a model stores: a probability for every n-gram, and a backoff for each that is
   * not of the highest order.
   *
   * @param threshold n-grams of two tokens or more that occur at most so often are left out
   */
  public long parameters(int threshold) {
    long parameters = config.order() == 1 ? vocabSize : 2L * vocabSize;
    for (int order = 2; order <= config.order(); order++) {
      long prune = Math.max(threshold, config.prune(order));
      long kept =
          numByOccurrences.get(order - 2).tailMap(prune, false).values().stream()
              .mapToLong(Long::longValue)
              .sum();
      parameters += order < config.order() ? 2 * kept : kept;
    }
    return parameters;
  }

  /**
   * The model with the lowest threshold, the same for all orders, whose numbers are within a
   * budget; where unigrams alone are over it, hardly more than these.
   */
  public NgramConfig within(long budget) {
    int threshold = 0;
    while (threshold < MOST && parameters(threshold) > budget) {
      threshold++;
    }
    int lowest = threshold;
    if (threshold == 0 || config.order() == 1) {
      return config;
    }
    return new NgramConfig(
        config.order(),
        IntStream.rangeClosed(1, config.order())
            .mapToObj(order -> order == 1 ? 0 : Math.max(lowest, config.prune(order)))
            .toList());
  }

  private static Dataset<Row> kept(List<Dataset<Row>> kept, Dataset<Row> table) {
    kept.add(table.persist(StorageLevel.MEMORY_AND_DISK()));
    return table;
  }

  private static NavigableMap<Long, Long> byOccurrences(Dataset<Row> counts) {
    NavigableMap<Long, Long> numbers = new TreeMap<>();
    counts
        .groupBy(least(col(NgramCounts.OCCURRENCES), lit(MOST)).as("capped"))
        .count()
        .collectAsList()
        .forEach(row -> numbers.put(row.getLong(0), row.getLong(1)));
    return numbers;
  }
}
