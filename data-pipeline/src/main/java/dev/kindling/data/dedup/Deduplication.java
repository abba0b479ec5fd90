package dev.kindling.data.dedup;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.trim;

import dev.kindling.data.DocumentLengths;
import dev.kindling.data.dedup.minhash.MinHashDuplicates;
import dev.kindling.data.dedup.minhash.MinHashSignatures;
import dev.kindling.data.dedup.substring.CutDocuments;
import dev.kindling.data.dedup.substring.RepeatedSubstrings;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.storage.StorageLevel;

/**
 * The documents on their way through deduplication. What is read several times is kept until this
 * is closed.
 *
 * @param read as they came
 * @param lined the same rows without repeated lines
 * @param signatures of those that lines have left something of
 * @param duplicates which of these are near-duplicates of others
 * @param cut those that are not, without repeated substrings
 * @param persisted what is to be given back
 */
record Deduplication(
    Dataset<Row> read,
    Dataset<Row> lined,
    Dataset<Row> signatures,
    Dataset<Row> duplicates,
    Dataset<Row> cut,
    List<Dataset<Row>> persisted)
    implements AutoCloseable {

  /** The rule of documents that are nothing but repeated lines. */
  static final String REPEATED_LINES = "repeated-lines";

  /** The rule of documents that are nothing but repeated substrings. */
  static final String REPEATED_SUBSTRINGS = "repeated-substrings";

  /** Of {@link #lined}: whether nothing is left. */
  static final Column EMPTIED =
      col(RepeatedLines.NUM_REMOVED).gt(0).and(trim(col("text"), " \t\r\n").equalTo(""));

  /** A shorter line, such as a bracket or a name, may stand in many documents by right. */
  private static final int LEAST_LINE_CHARACTERS = 10;

  private static final String MASK = "[REPEATED]";
  private static final String[] ID = {"id"};

  /**
   * Finds what is to be removed.
   *
   * @param read clean documents
   * @param older the index of an older crawl
   */
  static Deduplication of(
      Dataset<Row> read, Optional<Dataset<Row>> older, DeduplicateConfig config) {
    List<Dataset<Row>> persisted = new ArrayList<>();
    try {
      return of(read, older, config, persisted);
    } catch (RuntimeException e) {
      persisted.forEach(Dataset::unpersist);
      throw e;
    }
  }

  private static Deduplication of(
      Dataset<Row> read,
      Optional<Dataset<Row>> older,
      DeduplicateConfig config,
      List<Dataset<Row>> persisted) {
    Dataset<Row> lined = withoutRepeatedLines(read, config.repeatedLineDocuments());
    persisted.add(lined);
    Dataset<Row> documents = lined.filter(not(EMPTIED)).drop(RepeatedLines.NUM_REMOVED);
    Dataset<Row> signatures = persist(MinHashSignatures.of(documents, config.minHash()));
    persisted.add(signatures);
    Dataset<Row> duplicates =
        older.isPresent()
            ? MinHashDuplicates.markAgainst(documents, signatures, older.get(), config.minHash())
            : MinHashDuplicates.mark(documents, signatures, config.minHash());
    Dataset<Row> cut =
        withoutRepeatedSubstrings(
            documents.join(FewRows.ifFew(duplicates), ID, "left_anti"), config);
    persisted.add(cut);
    return new Deduplication(read, lined, signatures, duplicates, cut, persisted);
  }

  /** The documents that stay, with the columns that they came with. */
  Dataset<Row> kept() {
    return cut.filter(not(col(CutDocuments.WORDLESS)))
        .drop(
            CutDocuments.NUM_SPANS,
            CutDocuments.NUM_TOKENS,
            CutDocuments.NUM_CHARACTERS,
            CutDocuments.WORDLESS);
  }

  /** The signatures of the documents that stay, of their texts before substrings were cut. */
  Dataset<Row> index() {
    return signatures
        .join(FewRows.ifFew(duplicates), ID, "left_anti")
        .join(cut.filter(col(CutDocuments.WORDLESS)), ID, "left_anti");
  }

  /** The documents that go, with their texts as they were read. */
  Dataset<Row> rejected() {
    Dataset<Row> reasons =
        reasons(duplicates, MinHashDuplicates.RULE, col(MinHashDuplicates.KEPT_ID))
            .unionAll(
                reasons(
                    lined.filter(EMPTIED),
                    REPEATED_LINES,
                    concat(col(RepeatedLines.NUM_REMOVED), lit(" lines, all of them repeated"))))
            .unionAll(
                reasons(
                    cut.filter(col(CutDocuments.WORDLESS)),
                    REPEATED_SUBSTRINGS,
                    concat(col(CutDocuments.NUM_TOKENS), lit(" tokens, all of them repeated"))));
    return read.join(FewRows.ifFew(reasons), "id")
        .select("id", "text", "source", "language", "rule", "reason");
  }

  @Override
  public void close() {
    persisted.forEach(Dataset::unpersist);
  }

  private static Dataset<Row> reasons(Dataset<Row> documents, String rule, Column reason) {
    return documents.select(col("id"), lit(rule).as("rule"), reason.as("reason"));
  }

  private static Dataset<Row> withoutRepeatedLines(Dataset<Row> read, int numDocuments) {
    if (numDocuments == 0) {
      return read.withColumn(RepeatedLines.NUM_REMOVED, lit(0));
    }
    return persist(
        DocumentLengths.measured(RepeatedLines.remove(read, numDocuments, LEAST_LINE_CHARACTERS)));
  }

  private static Dataset<Row> withoutRepeatedSubstrings(
      Dataset<Row> documents, DeduplicateConfig config) {
    return switch (config.repeatedSubstrings()) {
      case KEEP -> CutDocuments.uncut(documents);
      case REMOVE -> cut(documents, config.minSubstringTokens(), "");
      case MASK -> cut(documents, config.minSubstringTokens(), MASK);
    };
  }

  private static Dataset<Row> cut(Dataset<Row> documents, int numTokens, String mask) {
    Dataset<Row> different = persist(documents);
    try {
      Dataset<Row> spans = RepeatedSubstrings.find(different, numTokens);
      try {
        Dataset<Row> cut =
            persist(DocumentLengths.measured(CutDocuments.cut(different, spans, mask)));
        cut.count();
        return cut;
      } finally {
        spans.unpersist();
      }
    } finally {
      different.unpersist();
    }
  }

  private static Dataset<Row> persist(Dataset<Row> rows) {
    return rows.persist(StorageLevel.MEMORY_AND_DISK());
  }
}
