package dev.kindling.spark.report.data;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.floor;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.log2;
import static org.apache.spark.sql.functions.octet_length;
import static org.apache.spark.sql.functions.row_number;
import static org.apache.spark.sql.functions.substring;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.xxhash64;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kindling.data.manifest.Manifest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.expressions.Window;

/**
 * What one step did to documents.
 *
 * @param name the directory's
 * @param details of its manifest
 * @param kept the documents that left it
 * @param rules what each rule rejected, most first
 * @param languages the kept documents by language, most first
 * @param lengths the kept documents by characters: the number of those with 2^i to 2^(i+1) - 1
 */
record StepFacts(
    String name,
    JsonNode details,
    Amount kept,
    List<RuleFacts> rules,
    List<Named> languages,
    SortedMap<Integer, Long> lengths) {
  private static final String KIND = "documents";
  private static final int NUM_EXAMPLES = 3;
  private static final int EXAMPLE_CHARACTERS = 500;

  /** So many documents with so many bytes of UTF-8. */
  record Amount(long documents, long bytes) {
    Amount plus(Amount other) {
      return new Amount(documents + other.documents, bytes + other.bytes);
    }
  }

  /** An amount of something. */
  record Named(String name, Amount amount) {}

  /**
   * A rejected document.
   *
   * @param text its beginning
   */
  record Example(String id, String reason, String text) {}

  /** What a rule rejected. */
  record RuleFacts(String rule, Amount amount, List<Example> examples) {}

  /**
   * Collects the facts of a directory of kind {@value #KIND}.
   *
   * @throws dev.kindling.data.InvalidInputException if it is none
   */
  static StepFacts of(SparkSession spark, Path directory) {
    Configuration hadoop = spark.sparkContext().hadoopConfiguration();
    Manifest manifest = Manifest.require(hadoop, directory, KIND);
    Dataset<Row> documents = spark.read().parquet(new Path(directory, "documents").toString());
    Dataset<Row> rejected = spark.read().parquet(new Path(directory, "rejected").toString());
    List<Named> languages = amounts(documents, "language");
    return new StepFacts(
        directory.getName(),
        manifest.details(),
        languages.stream().map(Named::amount).reduce(new Amount(0, 0), Amount::plus),
        rules(rejected),
        languages,
        lengths(documents));
  }

  /** What came in: all that left the step by any way but unreadable. */
  Amount read() {
    return rules.stream().map(RuleFacts::amount).reduce(kept, Amount::plus);
  }

  private static List<Named> amounts(Dataset<Row> documents, String key) {
    List<Named> amounts = new ArrayList<>();
    for (Row row :
        documents
            .groupBy(coalesce(col(key), lit("und")))
            .agg(count(lit(1)), sum(bytes(documents)))
            .collectAsList()) {
      amounts.add(new Named(row.getString(0), new Amount(row.getLong(1), row.getLong(2))));
    }
    amounts.sort(
        Comparator.comparingLong((Named named) -> -named.amount().documents())
            .thenComparing(Named::name));
    return List.copyOf(amounts);
  }

  /** Stored where cleaning measured them, so that the text need not be read. */
  private static Column bytes(Dataset<Row> documents) {
    return Arrays.asList(documents.columns()).contains("utf8_bytes")
        ? col("utf8_bytes").cast("long")
        : octet_length(col("text")).cast("long");
  }

  private static List<RuleFacts> rules(Dataset<Row> rejected) {
    SortedMap<String, List<Example>> examples = new TreeMap<>();
    for (Row row :
        rejected
            .select(
                col("id"),
                col("rule"),
                col("reason"),
                substring(col("text"), 1, EXAMPLE_CHARACTERS).as("text"),
                row_number()
                    .over(Window.partitionBy("rule").orderBy(xxhash64(col("id")), col("id")))
                    .as("rank"))
            .filter(col("rank").leq(NUM_EXAMPLES))
            .orderBy("rule", "rank")
            .collectAsList()) {
      examples
          .computeIfAbsent(row.getAs("rule"), rule -> new ArrayList<>())
          .add(new Example(row.getAs("id"), row.getAs("reason"), row.getAs("text")));
    }
    return amounts(rejected, "rule").stream()
        .map(rule -> new RuleFacts(rule.name(), rule.amount(), examples.get(rule.name())))
        .toList();
  }

  private static SortedMap<Integer, Long> lengths(Dataset<Row> documents) {
    SortedMap<Integer, Long> lengths = new TreeMap<>();
    for (Row row :
        documents
            .filter(col("characters").gt(0))
            .groupBy(floor(log2(col("characters"))).cast("int"))
            .count()
            .collectAsList()) {
      lengths.put(row.getInt(0), row.getLong(1));
    }
    return lengths;
  }
}
