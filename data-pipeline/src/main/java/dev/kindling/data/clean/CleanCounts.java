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
 * @param quarantined by reason
 * @param renamedIds records whose id another one had before
 * @param masked personal data in what was kept, by kind
 */
record CleanCounts(
    SortedMap<String, Long> kept,
    SortedMap<String, Long> rejected,
    SortedMap<String, Long> quarantined,
    long renamedIds,
    long keptCharacters,
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
    SortedMap<String, Long> quarantined = new TreeMap<>();
    long renamed = 0;
    long characters = 0;
    SortedMap<String, Long> masked = new TreeMap<>();
    MASKED.values().forEach(name -> masked.put(name, 0L));
    List<Row> groups =
        records
            .withColumn(
                "label",
                when(col("outcome").equalTo(CleanedRecords.KEPT), col("language"))
                    .when(col("outcome").equalTo(CleanedRecords.REJECTED), col("rule"))
                    .otherwise(col("reason")))
            .groupBy(col("outcome"), col("label"))
            .agg(count(lit(1)).as("records"), totals())
            .collectAsList();
    for (Row group : groups) {
      String label = group.getAs("label");
      long numRecords = group.<Long>getAs("records");
      renamed += group.<Long>getAs(CleanedRecords.RENAMED);
      switch (group.<String>getAs("outcome")) {
        case CleanedRecords.KEPT -> {
          kept.put(label, numRecords);
          characters += group.<Long>getAs("characters");
          MASKED.forEach(
              (column, name) -> masked.merge(name, group.<Long>getAs(column), Long::sum));
        }
        case CleanedRecords.REJECTED -> rejected.put(label, numRecords);
        default -> quarantined.put(label, numRecords);
      }
    }
    return new CleanCounts(kept, rejected, quarantined, renamed, characters, masked);
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
   * @throws InvalidInputException if nothing was kept, or too much could not be read
   */
  void requireUsable(CleanConfig config, List<String> inputs) {
    String names = String.join(", ", inputs);
    if (numRead() == 0) {
      throw new InvalidInputException(
          names + " has no records", "at least one document", "check the input");
    }
    if (numQuarantined() > config.maxQuarantinedFraction() * numRead()) {
      throw new InvalidInputException(
          names
              + ": "
              + numQuarantined()
              + " of "
              + numRead()
              + " records cannot be read ("
              + describe(quarantined)
              + ")",
          "at most clean.maxQuarantinedFraction = " + config.maxQuarantinedFraction() + " of them",
          "repair the input, or raise the limit with --set clean.maxQuarantinedFraction=...");
    }
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
    put(details.putObject("quarantined"), quarantined);
    details.put("renamedIds", renamedIds);
    put(details.putObject("keptByLanguage"), kept);
    details.put("keptCharacters", keptCharacters);
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
    return Stream.concat(Stream.of(CleanedRecords.RENAMED, "characters"), MASKED.keySet().stream())
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
