package dev.kindling.spark.score;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kindling.data.read.Corpus;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.storage.StorageLevel;

/**
 * The rows to be scored, and what is left out. What had to be read to tell the two apart is kept
 * until this is closed.
 *
 * @param rows with an id
 * @param quarantined the number of records that cannot be read, by reason
 * @param skippedFiles names of files of formats that are not read
 * @param kept what is to be given back
 */
record ScoringRows(
    Dataset<Row> rows,
    Map<String, Long> quarantined,
    List<String> skippedFiles,
    Optional<Dataset<Row>> kept)
    implements AutoCloseable {

  /** The column in which Spark keeps lines that are not JSON. */
  static final String BROKEN = "_corrupt_record";

  /** As the reader of corpora calls them. */
  private static final String BROKEN_JSON = "broken-json";

  /** Rows all of which can be read. */
  static ScoringRows whole(Dataset<Row> rows) {
    return new ScoringRows(rows, Map.of(), List.of(), Optional.empty());
  }

  /** A table, which may have lines that are none. */
  static ScoringRows ofTable(Dataset<Row> table) {
    if (!List.of(table.columns()).contains(BROKEN)) {
      return whole(table);
    }
    Dataset<Row> all = table.persist(StorageLevel.MEMORY_AND_DISK());
    long broken = all.filter(functions.col(BROKEN).isNotNull()).count();
    Dataset<Row> rows = all.filter(functions.col(BROKEN).isNull()).drop(BROKEN);
    return new ScoringRows(rows, Map.of(BROKEN_JSON, broken), List.of(), Optional.of(all));
  }

  /** Raw text, which is read here. */
  static ScoringRows ofRaw(SparkSession spark, Corpus corpus) {
    Dataset<Row> all = corpus.all(spark).persist(StorageLevel.MEMORY_AND_DISK());
    Map<String, Long> quarantined = new TreeMap<>();
    for (Row row : all.filter("reason IS NOT NULL").groupBy("reason").count().collectAsList()) {
      quarantined.put(row.getString(0), row.getLong(1));
    }
    Dataset<Row> documents = all.filter("reason IS NULL").drop("reason");
    return new ScoringRows(documents, quarantined, corpus.skippedFiles(), Optional.of(all));
  }

  /** Says in a manifest what was left out. */
  void describeOmitted(ObjectNode details) {
    ObjectNode reasons = details.putObject("quarantined");
    quarantined.forEach(reasons::put);
    ArrayNode files = details.putArray("skippedFiles");
    skippedFiles.forEach(files::add);
  }

  @Override
  public void close() {
    kept.ifPresent(Dataset::unpersist);
  }
}
