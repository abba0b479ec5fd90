package dev.kindling.spark.score;

import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * What the model thinks of one document.
 *
 * @param id of the document
 * @param bytes of the text in UTF-8
 * @param tokens of the text
 * @param logLikelihood ln p(text), in nats
 */
record DocumentScore(String id, long bytes, long tokens, double logLikelihood) {
  static final String ID = "id";
  static final String BYTES = "bytes";
  static final String TOKENS = "tokens";
  static final String LOG_LIKELIHOOD = "log_likelihood";
  static final String BITS_PER_BYTE = "bits_per_byte";
  static final String PERPLEXITY = "perplexity";

  /** What scoring adds to a document. */
  static final StructType ADDED =
      new StructType()
          .add(BYTES, DataTypes.LongType, false)
          .add(TOKENS, DataTypes.LongType, false)
          .add(LOG_LIKELIHOOD, DataTypes.DoubleType, false)
          .add(BITS_PER_BYTE, DataTypes.DoubleType, true)
          .add(PERPLEXITY, DataTypes.DoubleType, true);

  /** The columns of documents, and after them those of scores. */
  static StructType addTo(StructType documents) {
    StructType columns = documents;
    for (StructField added : ADDED.fields()) {
      columns = columns.add(added);
    }
    return columns;
  }

  /** The row of the result; an empty document has no bits per byte and no perplexity. */
  Row addTo(Row document) {
    int numOwn = document.size();
    Object[] values = new Object[numOwn + ADDED.size()];
    for (int i = 0; i < numOwn; i++) {
      values[i] = document.get(i);
    }
    values[numOwn] = bytes;
    values[numOwn + 1] = tokens;
    values[numOwn + 2] = logLikelihood;
    values[numOwn + 3] = bytes == 0 ? null : bitsPerByte(logLikelihood, bytes);
    values[numOwn + 4] = tokens == 0 ? null : Math.exp(-logLikelihood / tokens);
    return RowFactory.create(values);
  }

  /** Comparable between tokenizers, as perplexity per token is not. */
  static double bitsPerByte(double logLikelihood, long bytes) {
    return -logLikelihood / (bytes * Math.log(2));
  }
}
