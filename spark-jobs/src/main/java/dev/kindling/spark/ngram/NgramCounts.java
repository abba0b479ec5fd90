package dev.kindling.spark.ngram;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import dev.kindling.model.ngram.Discounts;
import dev.kindling.model.ngram.NgramShape;
import dev.kindling.spark.config.NgramConfig;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;

/**
 * Counts of n-grams. Tables have the columns {@code ngram} (see {@link NgramKey}), {@code
 * occurrences}, and {@code count}: what smoothing reckons with. Of the highest order that is how
 * often an n-gram occurs, of the others how many different tokens it occurs behind (Kneser and Ney
 * 1995), of which the beginning of a document is one. N-grams that begin with the token that ends
 * the document before occur behind nothing, and keep how often they occur (as in KenLM: Heafield et
 * al. 2013, "Scalable Modified Kneser-Ney Language Model Estimation").
 *
 * @param config the order, and what is pruned
 * @param keys how n-grams are written
 * @param hasEndOfText whether there is a token that ends documents
 */
record NgramCounts(NgramConfig config, NgramKey keys, boolean hasEndOfText) {
  static final String NGRAM = "ngram";
  static final String OCCURRENCES = "occurrences";
  static final String COUNT = "count";

  /** Different n-grams of all lengths up to N, each token being the last one of one of them. */
  Dataset<Row> occurrences(SparkSession spark, TokenRanges ranges) {
    return spark
        .range(0, ranges.number(), 1, ranges.number())
        .mapPartitions(new ReadNgrams(ranges, keys), Encoders.BINARY())
        .toDF(NGRAM)
        .groupBy(NGRAM)
        .agg(functions.count(lit(1)).as(OCCURRENCES));
  }

  /** The counts of the highest order. */
  Dataset<Row> ofHighestOrder(Dataset<Row> occurrences) {
    return ofOrder(occurrences, config.order()).withColumn(COUNT, col(OCCURRENCES));
  }

  /**
   * The counts of an order.
   *
   * @param longer the counts of the order above it
   */
  Dataset<Row> of(int order, Dataset<Row> longer, Dataset<Row> occurrences) {
    Column countAtBeginning = hasEndOfText ? col(OCCURRENCES) : lit(1L);
    Dataset<Row> atBeginnings = ofOrder(occurrences, order).withColumn(COUNT, countAtBeginning);
    return longer
        .select(
            keys.withoutFirst(col(NGRAM), order + 1).as(NGRAM), col(OCCURRENCES), lit(1L).as(COUNT))
        .unionByName(atBeginnings)
        .groupBy(NGRAM)
        .agg(sum(OCCURRENCES).as(OCCURRENCES), sum(COUNT).as(COUNT));
  }

  private Dataset<Row> ofOrder(Dataset<Row> occurrences, int order) {
    return occurrences.filter(functions.length(col(NGRAM)).equalTo(order * keys.bytesPerToken()));
  }

  /** Whether an n-gram stays in the model. */
  Column isKept(int order) {
    return col(OCCURRENCES).gt(config.prune(order));
  }

  /** Sums up the counts of an order; discounts are those before pruning. */
  OrderCounts sumUp(int order, Dataset<Row> counts) {
    Row sums =
        counts
            .agg(
                functions.count(lit(1)),
                numWhere(isKept(order)),
                functions.coalesce(sum(COUNT), lit(0L)),
                numWhere(col(COUNT).equalTo(1)),
                numWhere(col(COUNT).equalTo(2)),
                numWhere(col(COUNT).equalTo(3)),
                numWhere(col(COUNT).equalTo(4)))
            .head();
    Discounts discounts =
        Discounts.estimate(sums.getLong(3), sums.getLong(4), sums.getLong(5), sums.getLong(6));
    return new OrderCounts(
        sums.getLong(0), sums.getLong(1), sums.getLong(2), config.prune(order), discounts);
  }

  static Column numWhere(Column condition) {
    return functions.count(when(condition, lit(1)));
  }

  /**
   * What the driver knows of the n-grams of one order.
   *
   * @param counted different ones
   * @param kept those that stay
   * @param total of their counts
   * @param prune see {@link NgramShape.Order#prune}
   * @param discounts what is taken off the counts
   */
  record OrderCounts(long counted, long kept, long total, long prune, Discounts discounts) {}
}
