package dev.kindling.data.clean;

import static org.apache.spark.sql.functions.col;

import dev.kindling.data.InvalidInputException;
import dev.kindling.data.read.ReadConfig;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * How many records were read, and how many of them could not be.
 *
 * @param unreadable by reason
 */
record ReadCounts(long numRead, SortedMap<String, Long> unreadable) {
  /** Counts records by their reasons alone, which is all that is read of them. */
  static ReadCounts of(Dataset<Row> measured) {
    long numRead = 0;
    SortedMap<String, Long> unreadable = new TreeMap<>();
    for (Row row : measured.groupBy(col("unreadable")).count().collectAsList()) {
      numRead += row.getLong(1);
      if (!row.isNullAt(0)) {
        unreadable.put(row.getString(0), row.getLong(1));
      }
    }
    return new ReadCounts(numRead, unreadable);
  }

  /**
   * @throws InvalidInputException if there is no record, or too many cannot be read
   */
  void requireUsable(ReadConfig config, List<String> inputs) {
    String names = String.join(", ", inputs);
    if (numRead == 0) {
      throw new InvalidInputException(
          names + " has no records", "at least one document", "check the input");
    }
    long numUnreadable = unreadable.values().stream().mapToLong(Long::longValue).sum();
    if (numUnreadable > config.maxQuarantinedFraction() * numRead) {
      String reasons =
          unreadable.entrySet().stream()
              .map(entry -> entry.getKey() + ": " + entry.getValue())
              .collect(Collectors.joining(", "));
      throw new InvalidInputException(
          names
              + ": "
              + numUnreadable
              + " of "
              + numRead
              + " records cannot be read ("
              + reasons
              + ")",
          "at most read.maxQuarantinedFraction = " + config.maxQuarantinedFraction() + " of them",
          "repair the input, or raise the limit with --set read.maxQuarantinedFraction=...");
    }
  }
}
