package dev.kindling.data.decontaminate;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.length;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sum;

import dev.kindling.data.InvalidInputException;
import dev.kindling.data.read.Corpus;
import dev.kindling.data.read.CorpusReader;
import dev.kindling.data.read.ReadConfig;
import dev.kindling.data.words.RollingHash;
import dev.kindling.data.words.WordForm;
import dev.kindling.data.words.WordHashes;
import java.nio.ByteBuffer;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/**
 * An evaluation set as n-grams.
 *
 * @param path where it was read from
 * @param ids of its documents, in ascending order
 * @param ngrams the hashes of the n-grams of each document; none of one that is too short
 * @param sizes the numbers of words that n-grams have: that of the settings, and those of shorter
 *     documents, each of which is one n-gram
 */
record EvaluationSet(String path, List<String> ids, List<long[]> ngrams, SortedSet<Integer> sizes) {
  private static final StructType SCHEMA =
      StructType.fromDDL("id STRING, words INT, ngrams BINARY");

  /**
   * Reads an evaluation set. Its text is taken as it is but for Unicode's composed form, which
   * cleaned documents have.
   *
   * @param path see {@link CorpusReader}
   * @param mostNgrams the most that the set may have
   * @throws InvalidInputException if the set cannot be read as a whole, is too large, or has no
   *     document that is long enough
   */
  static EvaluationSet read(
      SparkSession spark,
      ReadConfig read,
      DecontaminateConfig config,
      String path,
      long mostNgrams) {
    Corpus corpus = CorpusReader.read(spark, read, List.of(path));
    requireReadable(spark, corpus, path);
    Dataset<Row> documents =
        spark.createDataFrame(
            corpus
                .documents(spark)
                .select("id", "text")
                .javaRDD()
                .map(row -> ngrams(row.getString(0), row.getString(1), config)),
            SCHEMA);
    requireSmall(documents, config, path, mostNgrams);
    List<String> ids = new ArrayList<>();
    List<long[]> ngrams = new ArrayList<>();
    SortedSet<Integer> sizes = new TreeSet<>();
    for (Row row : documents.orderBy("id").collectAsList()) {
      ids.add(row.getString(0));
      ngrams.add(toHashes(row.getAs("ngrams")));
      if (row.getInt(1) >= config.minNgramSize()) {
        sizes.add(Math.min(row.getInt(1), config.ngramSize()));
      }
    }
    if (sizes.isEmpty()) {
      throw new InvalidInputException(
          path + ": none of " + ids.size() + " documents is long enough to be looked for",
          "a document of decontaminate.minNgramSize = " + config.minNgramSize() + " words or more",
          "check that the set is read as it should be (read.text=line takes each line of a text file"
              + " as a document), or lower the setting");
    }
    return new EvaluationSet(path, ids, ngrams, sizes);
  }

  long numNgrams() {
    return ngrams.stream().mapToLong(found -> found.length).sum();
  }

  /** How many documents are too short to be looked for. */
  long numTooShort() {
    return ngrams.stream().filter(found -> found.length == 0).count();
  }

  private static void requireReadable(SparkSession spark, Corpus corpus, String path) {
    List<Row> reasons =
        corpus.quarantined(spark).groupBy("reason").count().orderBy("reason").collectAsList();
    if (!reasons.isEmpty()) {
      throw new InvalidInputException(
          path
              + ": records that cannot be read ("
              + reasons.stream()
                  .map(row -> row.getString(0) + ": " + row.getLong(1))
                  .collect(Collectors.joining(", "))
              + ")",
          "an evaluation set that can be read as a whole; JSON lines and Parquet with a text",
          "repair it, or write what is to be looked for as the field text of each record");
    }
  }

  private static void requireSmall(
      Dataset<Row> documents, DecontaminateConfig config, String path, long mostNgrams) {
    long numNgrams =
        documents
                .agg(coalesce(sum(length(col("ngrams")).cast("bigint")), lit(0L)))
                .first()
                .getLong(0)
            / Long.BYTES;
    if (numNgrams > mostNgrams) {
      throw new InvalidInputException(
          path + " has " + numNgrams + " n-grams of " + config.ngramSize() + " words",
          "at most "
              + mostNgrams
              + " ("
              + EvaluationNgrams.MOST
              + " in all evaluation sets together: every executor holds them)",
          "give fewer sets at once; the output of one run can be the input of the next");
    }
  }

  private static Row ngrams(String id, String text, DecontaminateConfig config) {
    WordHashes words =
        new WordHashes(Normalizer.normalize(text, Normalizer.Form.NFC), WordForm.LOWER_CASE);
    LongStream.Builder builder = LongStream.builder();
    while (words.next()) {
      builder.add(words.hash());
    }
    long[] hashes = builder.build().toArray();
    boolean tooShort = hashes.length < config.minNgramSize();
    RollingHash lastWords = new RollingHash(Math.min(hashes.length, config.ngramSize()));
    LongStream ngrams =
        tooShort
            ? LongStream.empty()
            : LongStream.of(hashes).filter(lastWords::push).map(word -> lastWords.hash());
    return RowFactory.create(id, hashes.length, toBytes(ngrams.sorted().distinct().toArray()));
  }

  private static byte[] toBytes(long[] hashes) {
    ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(Long.BYTES, hashes.length));
    bytes.asLongBuffer().put(hashes);
    return bytes.array();
  }

  private static long[] toHashes(byte[] bytes) {
    long[] hashes = new long[bytes.length / Long.BYTES];
    ByteBuffer.wrap(bytes).asLongBuffer().get(hashes);
    return hashes;
  }
}
