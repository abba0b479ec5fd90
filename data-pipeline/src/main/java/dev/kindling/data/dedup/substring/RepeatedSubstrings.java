package dev.kindling.data.dedup.substring;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.collect_list;
import static org.apache.spark.sql.functions.collect_set;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.posexplode;
import static org.apache.spark.sql.functions.row_number;
import static org.apache.spark.sql.functions.xxhash64;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.storage.StorageLevel;

/**
 * Finds text of n tokens or more that stands in a corpus several times, in several documents or in
 * one (Lee et al. 2022, "Deduplicating Training Data Makes Language Models Better"), without a
 * suffix array and without a step that needs one large machine.
 *
 * <p>A token is a word as it is written, or a character of a script without spaces, see {@link
 * dev.kindling.data.words.WordHashes}; what separates tokens is not compared, so that a copy with
 * other line breaks is one. Windows of n tokens are ordered by document id, then position. A token
 * is repeated if it lies in a window that is equal to an earlier one. So of every repeated token a
 * copy stays, and which one it is depends neither on partitions nor on the order of the rows.
 *
 * <ol>
 *   <li>Of each text the fingerprints of its windows ({@link WindowRuns}), 0.074 of a token for n =
 *       50, are shuffled with 64 bits that stand for the document. Equal windows have equal
 *       fingerprints: only windows whose fingerprint is there twice are looked at again.
 *   <li>Of these the hashes are shuffled, by fingerprint, in runs of neighbours, and sorted: all
 *       but the first of equal ones are repeated.
 *   <li>Repeated windows of a document that overlap or touch become spans.
 * </ol>
 *
 * <p>No group of equal windows is ever collected: Spark sorts them, on disk where they do not fit,
 * and they stream past. What is gathered by document grows with that document only. Texts are
 * shuffled only where Spark cannot broadcast what was found in them; of a corpus with 8 % of
 * repeated text, for each byte of it 0.3 bytes are shuffled in all.
 *
 * <p>Two different windows are taken for equal if they have the same fingerprint and the same hash
 * of 64 bits. With m windows of a fingerprint that happens with a probability of m² / 2^65 at most:
 * 10^-10 for 60,000 that are all different.
 */
public final class RepeatedSubstrings {
  /** A column of the result: the first token and the one behind the last, of each span. */
  public static final String SPANS = "spans";

  private static final String ID = "id";
  private static final String TEXT = "text";
  private static final String DOCUMENT = "document";
  private static final String FINGERPRINT = "fingerprint";
  private static final String FINGERPRINTS = "fingerprints";
  private static final String START = "start";
  private static final String HASHES = "hashes";
  private static final String HASH = "hash";
  private static final String PLACE = "place";

  private static final StructType FINGERPRINTS_SCHEMA =
      StructType.fromDDL("document BIGINT, fingerprint BIGINT");
  private static final StructType RUNS_SCHEMA =
      StructType.fromDDL("fingerprint BIGINT, id STRING, start INT, hashes ARRAY<BIGINT>");
  private static final StructType SPANS_SCHEMA = StructType.fromDDL("id STRING, spans ARRAY<INT>");

  private RepeatedSubstrings() {}

  /**
   * Finds the repeated tokens.
   *
   * @param documents with the columns id, unique and never null, and text; read twice
   * @param numTokens the tokens in a window, n, 2 or more
   * @return rows of (id, spans) for each document that has some; computed and persisted, for the
   *     caller to unpersist
   */
  public static Dataset<Row> find(Dataset<Row> documents, int numTokens) {
    Dataset<Row> texts = documents.select(col(ID), col(TEXT)).filter(col(TEXT).isNotNull());
    Dataset<Row> candidates = computed(candidates(texts, numTokens));
    try {
      return computed(spans(repeated(runs(texts, candidates, numTokens)), numTokens));
    } finally {
      candidates.unpersist();
    }
  }

  /** Of rows that are there Spark knows the size, and broadcasts few, rather than shuffle texts. */
  private static Dataset<Row> computed(Dataset<Row> rows) {
    Dataset<Row> kept = rows.persist(StorageLevel.MEMORY_AND_DISK());
    kept.count();
    return kept;
  }

  /** The documents whose windows are looked at again, with the fingerprints of these. */
  private static Dataset<Row> candidates(Dataset<Row> texts, int numTokens) {
    Dataset<Row> fingerprints =
        texts
            .sparkSession()
            .createDataFrame(
                texts
                    .select(xxhash64(col(ID)), col(TEXT))
                    .javaRDD()
                    .flatMap(text -> fingerprints(text.getLong(0), text.getString(1), numTokens)),
                FINGERPRINTS_SCHEMA);
    return fingerprints
        .withColumn("num_found", count(lit(1)).over(Window.partitionBy(FINGERPRINT)))
        .filter(col("num_found").gt(1))
        .groupBy(DOCUMENT)
        .agg(collect_set(FINGERPRINT).as(FINGERPRINTS));
  }

  private static Iterator<Row> fingerprints(long document, String text, int numTokens) {
    return Arrays.stream(Fingerprints.of(text, numTokens))
        .mapToObj(fingerprint -> RowFactory.create(document, fingerprint))
        .iterator();
  }

  /** Documents whose 64 bits are the same get each other's fingerprints, which does no harm. */
  private static Dataset<Row> runs(Dataset<Row> texts, Dataset<Row> candidates, int numTokens) {
    Dataset<Row> found =
        texts
            .join(candidates, xxhash64(col(ID)).equalTo(col(DOCUMENT)))
            .select(ID, TEXT, FINGERPRINTS);
    return texts
        .sparkSession()
        .createDataFrame(
            found
                .javaRDD()
                .flatMap(
                    row -> runs(row.getString(0), row.getString(1), row.getList(2), numTokens)),
            RUNS_SCHEMA);
  }

  private static Iterator<Row> runs(
      String id, String text, List<Long> fingerprints, int numTokens) {
    Set<Long> wanted = new TreeSet<>(fingerprints);
    List<Row> found = new ArrayList<>();
    WindowRuns runs = new WindowRuns(text, numTokens);
    while (runs.next()) {
      if (wanted.contains(runs.fingerprint())) {
        found.add(RowFactory.create(runs.fingerprint(), id, runs.start(), runs.hashes()));
      }
    }
    return found.iterator();
  }

  /** The windows that are equal to an earlier one. */
  private static Dataset<Row> repeated(Dataset<Row> runs) {
    return runs.repartition(col(FINGERPRINT))
        .select(
            col(FINGERPRINT),
            col(ID),
            col(START),
            posexplode(col(HASHES)).as(new String[] {"offset", HASH}))
        .withColumn(PLACE, col(START).plus(col("offset")))
        .withColumn(
            "number", row_number().over(Window.partitionBy(FINGERPRINT, HASH).orderBy(ID, PLACE)))
        .filter(col("number").gt(1))
        .select(ID, PLACE);
  }

  private static Dataset<Row> spans(Dataset<Row> repeated, int numTokens) {
    return repeated
        .sparkSession()
        .createDataFrame(
            repeated
                .groupBy(ID)
                .agg(collect_list(PLACE))
                .javaRDD()
                .map(row -> spans(row.getString(0), row.getList(1), numTokens)),
            SPANS_SCHEMA);
  }

  private static Row spans(String id, List<Integer> places, int numTokens) {
    int[] starts = places.stream().mapToInt(Integer::intValue).toArray();
    return RowFactory.create(id, TokenSpans.covered(starts, numTokens));
  }
}
