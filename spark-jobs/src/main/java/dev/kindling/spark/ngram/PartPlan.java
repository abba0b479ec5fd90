package dev.kindling.spark.ngram;

import java.util.List;
import org.apache.spark.Partitioner;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;

/**
 * Which task writes which n-grams: those with one first token go to one task, and neighbours with
 * them as long as there is room. It depends on the n-grams alone, and so do the files.
 */
final class PartPlan extends Partitioner {
  private static final long serialVersionUID = 1L;

  private static final long NGRAMS_PER_TASK = 1L << 22;

  private final NgramKey keys;
  private final int[] rangeOfToken;
  private final int numRanges;

  private PartPlan(NgramKey keys, int[] rangeOfToken, int numRanges) {
    this.keys = keys;
    this.rangeOfToken = rangeOfToken.clone();
    this.numRanges = numRanges;
  }

  /** Counts n-grams by their first token. */
  static PartPlan of(NgramKey keys, int vocabSize, Dataset<Row> ngrams) {
    List<Row> counts =
        ngrams
            .groupBy(keys.first(functions.col(NgramCounts.NGRAM), 1))
            .agg(functions.count(functions.lit(1)))
            .collectAsList();
    long[] ofToken = new long[vocabSize];
    for (Row count : counts) {
      ofToken[keys.token(count.getAs(0), 0)] = count.getLong(1);
    }
    int[] rangeOfToken = new int[vocabSize];
    int range = 0;
    long inRange = 0;
    for (int token = 0; token < vocabSize; token++) {
      if (inRange > 0 && inRange + ofToken[token] > NGRAMS_PER_TASK) {
        range++;
        inRange = 0;
      }
      inRange += ofToken[token];
      rangeOfToken[token] = range;
    }
    return new PartPlan(keys, rangeOfToken, range + 1);
  }

  @Override
  public int numPartitions() {
    return numRanges;
  }

  @Override
  public int getPartition(Object key) {
    return rangeOfToken[keys.token((byte[]) key, 0)];
  }
}
