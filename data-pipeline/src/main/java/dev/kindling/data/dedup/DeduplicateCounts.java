package dev.kindling.data.dedup;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kindling.data.dedup.minhash.MinHashConfig;
import dev.kindling.data.dedup.minhash.MinHashDuplicates;
import dev.kindling.data.dedup.substring.CutDocuments;
import dev.kindling.data.manifest.Manifest;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * What deduplication removed.
 *
 * @param read documents
 * @param emptied documents that are nothing but repeated lines
 * @param duplicates documents
 * @param wordless documents that are nothing but repeated substrings
 * @param removedLines in all documents
 * @param cutSpans repeated substrings that were removed or masked, in all documents
 * @param cutTokens in these
 * @param cutCharacters in these
 * @param clustersBySize number of clusters, by the number of documents in them
 */
record DeduplicateCounts(
    long read,
    long emptied,
    long duplicates,
    long wordless,
    long removedLines,
    long cutSpans,
    long cutTokens,
    long cutCharacters,
    SortedMap<Long, Long> clustersBySize) {

  static DeduplicateCounts of(Deduplication result) {
    Row lines = counts(result.lined(), when(Deduplication.EMPTIED, 1), RepeatedLines.NUM_REMOVED);
    Row substrings =
        counts(
            result.cut(),
            when(col(CutDocuments.WORDLESS), 1),
            CutDocuments.NUM_SPANS,
            CutDocuments.NUM_TOKENS,
            CutDocuments.NUM_CHARACTERS);
    SortedMap<Long, Long> clusters = new TreeMap<>();
    for (Row row : MinHashDuplicates.clusterSizes(result.duplicates()).collectAsList()) {
      clusters.put(row.<Long>getAs(MinHashDuplicates.CLUSTER_SIZE), row.<Long>getAs("clusters"));
    }
    return new DeduplicateCounts(
        lines.getLong(0),
        lines.getLong(1),
        result.duplicates().count(),
        substrings.getLong(1),
        lines.getLong(2),
        substrings.getLong(2),
        substrings.getLong(3),
        substrings.getLong(4),
        clusters);
  }

  /** The manifest's details. */
  ObjectNode toDetails(MinHashConfig config) {
    ObjectNode details = Manifest.newDetails();
    details.put("read", read);
    details.put("kept", read - emptied - duplicates - wordless);
    details
        .putObject("rejected")
        .put(MinHashDuplicates.RULE, duplicates)
        .put(Deduplication.REPEATED_LINES, emptied)
        .put(Deduplication.REPEATED_SUBSTRINGS, wordless);
    details.put("removedLines", removedLines);
    details.put("removedSpans", cutSpans);
    details.put("removedTokens", cutTokens);
    details.put("removedCharacters", cutCharacters);
    details.putObject("quarantined");
    ObjectNode probability = details.putObject("candidateProbability");
    for (double jaccard : new double[] {0.5, 0.6, 0.7, 0.8, 0.9}) {
      probability.put(Double.toString(jaccard), config.candidateProbability(jaccard));
    }
    ObjectNode sizes = details.putObject("clustersBySize");
    clustersBySize.forEach((size, clusters) -> sizes.put(Long.toString(size), clusters));
    return details;
  }

  /** How many rows there are, how many have the mark, and the sums of the columns. */
  private static Row counts(Dataset<Row> rows, Column mark, String... sums) {
    Column[] aggregates = new Column[1 + sums.length];
    aggregates[0] = count(mark);
    for (int i = 0; i < sums.length; i++) {
      aggregates[i + 1] = coalesce(sum(col(sums[i])), lit(0L));
    }
    return rows.agg(count(lit(1)), aggregates).first();
  }
}
