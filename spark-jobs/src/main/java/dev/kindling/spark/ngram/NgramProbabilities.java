package dev.kindling.spark.ngram;

import static dev.kindling.spark.ngram.NgramCounts.COUNT;
import static dev.kindling.spark.ngram.NgramCounts.NGRAM;
import static dev.kindling.spark.ngram.NgramCounts.numWhere;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import dev.kindling.model.ngram.Discounts;
import dev.kindling.spark.ngram.NgramCounts.OrderCounts;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Interpolated modified Kneser-Ney probabilities (Chen and Goodman 1998): what the discount leaves
 * of a count, plus the probability under a context without its first token times what all discounts
 * of the context have freed. All sums are of whole numbers, so that no partitioning changes a bit.
 *
 * @param counts how n-grams are counted
 */
record NgramProbabilities(NgramCounts counts) {
  static final String PROBABILITY = "probability";
  static final String BACKOFF = "backoff";

  private static final String CONTEXT = "context";
  private static final String TOTAL = "total";
  private static final String SHORTER = "shorter";

  /** Of all tokens, interpolated with 1/V, so that each has one above 0. */
  Dataset<Row> ofTokens(SparkSession spark, int vocabSize, Dataset<Row> ofOrder, OrderCounts sums) {
    double freed = contexts(1, ofOrder, sums).head().getAs(BACKOFF);
    Column left = coalesce(col(COUNT).minus(discount(sums.discounts())), lit(0.0));
    return spark
        .range(vocabSize)
        .select(counts.keys().ofToken(col("id")).as(NGRAM))
        .join(ofOrder, new String[] {NGRAM}, "left_outer")
        .select(col(NGRAM), left.divide(sums.total()).plus(freed / vocabSize).as(PROBABILITY));
  }

  /**
   * Of the n-grams of an order that are kept.
   *
   * @param order 2 or more
   * @param ofOrder their counts
   * @param shorter the probabilities of the order below
   */
  Dataset<Row> of(int order, Dataset<Row> ofOrder, OrderCounts sums, Dataset<Row> shorter) {
    Column left = col(COUNT).minus(discount(sums.discounts())).divide(col(TOTAL));
    Dataset<Row> ofShorter =
        shorter.select(col(NGRAM).as(SHORTER), col(PROBABILITY).as("ofShorter"));
    return ofOrder
        .filter(counts.isKept(order))
        .withColumn(CONTEXT, counts.keys().first(col(NGRAM), order - 1))
        .withColumn(SHORTER, counts.keys().withoutFirst(col(NGRAM), order))
        .join(contexts(order, ofOrder, sums), CONTEXT)
        .join(ofShorter, SHORTER)
        .select(col(NGRAM), left.plus(col(BACKOFF).multiply(col("ofShorter"))).as(PROBABILITY));
  }

  /**
   * Adds to n-grams what shorter ones are multiplied by behind them: 1 where nothing was seen
   * there.
   *
   * @param order of the n-grams
   * @param longer the counts of the order above
   */
  Dataset<Row> withBackoffs(
      int order, Dataset<Row> probabilities, Dataset<Row> longer, OrderCounts sumsOfLonger) {
    Dataset<Row> contexts =
        contexts(order + 1, longer, sumsOfLonger).select(col(CONTEXT).as(NGRAM), col(BACKOFF));
    return probabilities
        .join(contexts, new String[] {NGRAM}, "left_outer")
        .select(col(NGRAM), col(PROBABILITY), coalesce(col(BACKOFF), lit(1.0)).as(BACKOFF));
  }

  /** All that n-grams begin with, with the sum of their counts and the share that becomes free. */
  private Dataset<Row> contexts(int order, Dataset<Row> ofOrder, OrderCounts sums) {
    Discounts discounts = sums.discounts();
    Column isKept = counts.isKept(order);
    Column free =
        col("ones")
            .multiply(discounts.one())
            .plus(col("twos").multiply(discounts.two()))
            .plus(col("others").multiply(discounts.threeOrMore()))
            .plus(col("pruned"));
    return ofOrder
        .groupBy(counts.keys().first(col(NGRAM), order - 1).as(CONTEXT))
        .agg(
            sum(COUNT).as(TOTAL),
            numWhere(isKept.and(col(COUNT).equalTo(1))).as("ones"),
            numWhere(isKept.and(col(COUNT).equalTo(2))).as("twos"),
            numWhere(isKept.and(col(COUNT).geq(3))).as("others"),
            coalesce(sum(when(not(isKept), col(COUNT))), lit(0L)).as("pruned"))
        .select(col(CONTEXT), col(TOTAL), free.divide(col(TOTAL)).as(BACKOFF));
  }

  private static Column discount(Discounts discounts) {
    return when(col(COUNT).equalTo(1), discounts.one())
        .when(col(COUNT).equalTo(2), discounts.two())
        .otherwise(discounts.threeOrMore());
  }
}
