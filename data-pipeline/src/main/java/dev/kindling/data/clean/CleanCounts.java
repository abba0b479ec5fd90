package dev.kindling.data.clean;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kindling.data.InvalidInputException;
import dev.kindling.data.manifest.Manifest;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * What became of the records.
 *
 * @param kept by language
 * @param rejected by rule
 * @param rejectedBytes their texts in UTF-8, by rule
 * @param quarantined by reason
 * @param renamedIds records whose id another one had before
 * @param keptBytes in UTF-8
 * @param masked personal data in what was kept, by kind
 */
record CleanCounts(
    SortedMap<String, Long> kept,
    SortedMap<String, Long> rejected,
    SortedMap<String, Long> rejectedBytes,
    SortedMap<String, Long> quarantined,
    long renamedIds,
    long keptCharacters,
    long keptBytes,
    SortedMap<String, Long> masked) {

  /** Columns of what was masked, with the names of their sums in the manifest. */
  private static final Map<String, String> MASKED =
      Map.of(
          "masked_emails", "maskedEmails",
          "masked_ip_addresses", "maskedIpAddresses",
          "masked_card_numbers", "maskedCardNumbers",
          "masked_phone_numbers", "maskedPhoneNumbers");

  /** Counts all records in one job. */
  static CleanCounts of(Dataset<Row> records) {
    SortedMap<String, Long> kept = new TreeMap<>();
    SortedMap<String, Long> rejected = new TreeMap<>();
    SortedMap<String, Long> rejectedBytes = new TreeMap<>();
    SortedMap<String, Long> quarantined = new TreeMap<>();
    long renamed = 0;
    long characters = 0;
    long bytes = 0;
    SortedMap<String, Long> masked = new TreeMap<>();
    MASKED.values().forEach(name -> masked.put(name, 0L));
    List<Row> groups =
        records
            .withColumn(
                "label",
                when(col("outcome").equalTo(Decisions.KEPT), col("language"))
                    .when(col("outcome").equalTo(Decisions.REJECTED), col("rule"))
                    .otherwise(col("unreadable")))
            .groupBy(col("outcome"), col("label"))
            .agg(count(lit(1)).as("records"), totals())
            .collectAsList();
    for (Row group : groups) {
      String label = group.getAs("label");
      long numRecords = group.<Long>getAs("records");
      renamed += group.<Long>getAs(Decisions.RENAMED);
      switch (group.<String>getAs("outcome")) {
        case Decisions.KEPT -> {
          kept.put(label, numRecords);
          characters += group.<Long>getAs("characters");
          bytes += group.<Long>getAs("utf8_bytes");
          MASKED.forEach(
              (column, name) -> masked.merge(name, group.<Long>getAs(column), Long::sum));
        }
        case Decisions.REJECTED -> {
          rejected.put(label, numRecords);
          rejectedBytes.put(label, group.<Long>getAs("utf8_bytes"));
        }
        default -> quarantined.put(label, numRecords);
      }
    }
    return new CleanCounts(
        kept, rejected, rejectedBytes, quarantined, renamed, characters, bytes, masked);
  }

  long numKept() {
    return total(kept);
  }

  long numQuarantined() {
    return total(quarantined);
  }

  long numRead() {
    return numKept() + total(rejected) + numQuarantined();
  }

  /**
   * @throws InvalidInputException if nothing was kept
   */
  void requireUsable(List<String> inputs) {
    String names = String.join(", ", inputs);
    if (numKept() == 0) {
      throw new InvalidInputException(
          names + ": none of " + numRead() + " records was kept (" + describeLosses() + ")",
          "at least one document that passes the filters",
          "check the input and the thresholds in the section clean");
    }
  }

  /** The manifest's details. */
  ObjectNode toDetails(List<String> skippedFiles) {
    ObjectNode details = Manifest.newDetails();
    details.put("read", numRead());
    details.put("kept", numKept());
    put(details.putObject("rejected"), rejected);
    put(details.putObject("rejectedBytes"), rejectedBytes);
    put(details.putObject("quarantined"), quarantined);
    details.put("renamedIds", renamedIds);
    put(details.putObject("keptByLanguage"), kept);
    details.put("keptCharacters", keptCharacters);
    details.put("keptBytes", keptBytes);
    put(details, masked);
    ArrayNode skipped = details.putArray("skippedFiles");
    skippedFiles.forEach(skipped::add);
    return details;
  }

  private String describeLosses() {
    SortedMap<String, Long> losses = new TreeMap<>(rejected);
    losses.putAll(quarantined);
    return describe(losses);
  }

  private static String describe(SortedMap<String, Long> counts) {
    return counts.entrySet().stream()
        .map(entry -> entry.getKey() + ": " + entry.getValue())
        .collect(Collectors.joining(", "));
  }

  private static long total(Map<String, Long> counts) {
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }

  private static Column[] totals() {
    return Stream.concat(
            Stream.of(Decisions.RENAMED, "characters", "utf8_bytes"), MASKED.keySet().stream())
        .map(CleanCounts::total)
        .toArray(Column[]::new);
  }

  private static Column total(String column) {
    return coalesce(sum(col(column)), lit(0L)).as(column);
  }

  private static void put(ObjectNode node, SortedMap<String, Long> counts) {
    counts.forEach(node::put);
  }
}
