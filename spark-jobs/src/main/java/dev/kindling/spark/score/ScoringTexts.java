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
import org.apache.spark.storage.StorageLevel;

/**
 * The texts to be scored, and what is left out. Raw text is read and decompressed once: it is kept
 * until this is closed.
 *
 * @param documents with the columns {@code id} and {@code text} at least
 * @param quarantined the number of records that cannot be read, by reason
 * @param skippedFiles names of files of formats that are not read
 * @param kept what is to be given back
 */
record ScoringTexts(
    Dataset<Row> documents,
    Map<String, Long> quarantined,
    List<String> skippedFiles,
    Optional<Dataset<Row>> kept)
    implements AutoCloseable {

  /** Cleaned documents, all of which can be read. */
  static ScoringTexts ofDocuments(Dataset<Row> documents) {
    return new ScoringTexts(documents, Map.of(), List.of(), Optional.empty());
  }

  /** Raw text, which is read here. */
  static ScoringTexts ofRaw(SparkSession spark, Corpus corpus) {
    Dataset<Row> all = corpus.all(spark).persist(StorageLevel.MEMORY_AND_DISK());
    Map<String, Long> quarantined = new TreeMap<>();
    for (Row row : all.filter("reason IS NOT NULL").groupBy("reason").count().collectAsList()) {
      quarantined.put(row.getString(0), row.getLong(1));
    }
    Dataset<Row> documents = all.filter("reason IS NULL").drop("reason");
    return new ScoringTexts(documents, quarantined, corpus.skippedFiles(), Optional.of(all));
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
