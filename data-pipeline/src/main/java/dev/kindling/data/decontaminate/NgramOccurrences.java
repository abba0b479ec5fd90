package dev.kindling.data.decontaminate;

import static org.apache.spark.sql.functions.col;

import java.util.Arrays;
import java.util.Iterator;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;

/** In how many documents each n-gram of the evaluation sets is. */
final class NgramOccurrences {
  private static final StructType SCHEMA = StructType.fromDDL("ngram INT");

  private final int[] numDocuments;

  private NgramOccurrences(int[] numDocuments) {
    this.numDocuments = numDocuments;
  }

  /**
   * Counts them. Documents are counted before the shuffle, and come to the driver by partitions.
   *
   * @param documents with the column text
   */
  static NgramOccurrences in(Dataset<Row> documents, EvaluationNgrams ngrams) {
    Broadcast<EvaluationNgrams> shared =
        JavaSparkContext.fromSparkContext(documents.sparkSession().sparkContext())
            .broadcast(ngrams);
    try {
      return new NgramOccurrences(count(documents, shared));
    } finally {
      shared.destroy();
    }
  }

  private static int[] count(Dataset<Row> documents, Broadcast<EvaluationNgrams> ngrams) {
    Dataset<Row> found =
        documents
            .sparkSession()
            .createDataFrame(
                documents
                    .select("text")
                    .filter(col("text").isNotNull())
                    .javaRDD()
                    .flatMap(row -> found(row.getString(0), ngrams.value())),
                SCHEMA)
            .groupBy("ngram")
            .count();
    int[] numDocuments = new int[ngrams.value().size()];
    found
        .toLocalIterator()
        .forEachRemaining(
            row -> numDocuments[row.getInt(0)] = (int) Math.min(row.getLong(1), Integer.MAX_VALUE));
    return numDocuments;
  }

  /** The number of n-grams that more documents have. */
  long numAbove(int most) {
    return Arrays.stream(numDocuments).filter(found -> found > most).count();
  }

  /** The number of documents that an n-gram is in. */
  int of(int ngram) {
    return numDocuments[ngram];
  }

  private static Iterator<Row> found(String text, EvaluationNgrams ngrams) {
    IntStream.Builder found = IntStream.builder();
    Ngrams scanned = new Ngrams(text, ngrams.sizes());
    while (scanned.next()) {
      int ngram = ngrams.find(scanned.hash());
      if (ngram >= 0) {
        found.add(ngram);
      }
    }
    return found.build().distinct().<Row>mapToObj(RowFactory::create).iterator();
  }
}
