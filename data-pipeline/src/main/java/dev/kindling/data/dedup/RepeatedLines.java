package dev.kindling.data.dedup;

import static org.apache.spark.sql.functions.array_contains;
import static org.apache.spark.sql.functions.array_distinct;
import static org.apache.spark.sql.functions.array_join;
import static org.apache.spark.sql.functions.char_length;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.collect_list;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.filter;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.size;
import static org.apache.spark.sql.functions.split;
import static org.apache.spark.sql.functions.transform;
import static org.apache.spark.sql.functions.trim;
import static org.apache.spark.sql.functions.when;
import static org.apache.spark.sql.functions.xxhash64;

import dev.kindling.data.InvalidInputException;
import java.util.Arrays;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Removes lines that many documents have in common: menus, notices, other boilerplate (the line
 * deduplication of CCNet; Wenzek et al. 2020, without its chunks: lines are counted over the whole
 * corpus). Lines are compared without the spaces at their ends, by 64-bit hashes. Hashes and ids
 * are shuffled to find the lines; texts only where Spark cannot broadcast what is to be removed.
 */
public final class RepeatedLines {
  /** A column of the result: how many lines were removed from the text. */
  public static final String NUM_REMOVED = "removed_lines";

  private static final String LINE = "line";
  private static final String REPEATED = "repeated";

  private RepeatedLines() {}

  /**
   * Removes every occurrence of the repeated lines.
   *
   * @param documents with the columns id, unique, and text; read three times, so best cached
   * @param minDocuments a line is repeated if so many documents have it, 2 or more
   * @param minCharacters shorter lines stay: a bracket or a single word says nothing
   * @return the same columns and rows, with {@value #NUM_REMOVED} added; a text can become empty
   * @throws InvalidInputException if a number is out of range
   */
  public static Dataset<Row> remove(Dataset<Row> documents, int minDocuments, int minCharacters) {
    requireAtLeast("minDocuments", minDocuments, 2);
    requireAtLeast("minCharacters", minCharacters, 1);
    Column comparable = filter(lines(), line -> char_length(stripped(line)).geq(minCharacters));
    Dataset<Row> hashes =
        documents.select(
            col("id"), explode(array_distinct(transform(comparable, RepeatedLines::key))).as(LINE));
    Dataset<Row> repeated =
        hashes
            .groupBy(LINE)
            .agg(count(lit(1)).as("num_documents"))
            .filter(col("num_documents").geq(minDocuments))
            .select(LINE);
    Dataset<Row> found =
        hashes.join(repeated, LINE).groupBy("id").agg(collect_list(LINE).as(REPEATED));
    return withoutLines(documents.join(found, new String[] {"id"}, "left"), documents.columns());
  }

  private static Dataset<Row> withoutLines(Dataset<Row> documents, String[] columns) {
    Column hasRepeated = col(REPEATED).isNotNull();
    Column staying = filter(lines(), line -> not(array_contains(col(REPEATED), key(line))));
    Column numRemoved = size(lines()).minus(size(staying));
    return documents
        .withColumn(NUM_REMOVED, when(hasRepeated, numRemoved).otherwise(0))
        .withColumn("text", when(hasRepeated, array_join(staying, "\n")).otherwise(col("text")))
        .select(
            Stream.concat(Arrays.stream(columns), Stream.of(NUM_REMOVED))
                .map(name -> col("`" + name + "`"))
                .toArray(Column[]::new));
  }

  private static Column lines() {
    return split(col("text"), "\n", -1);
  }

  private static Column stripped(Column line) {
    return trim(line, " \t\r");
  }

  private static Column key(Column line) {
    return xxhash64(stripped(line));
  }

  private static void requireAtLeast(String name, int value, int least) {
    if (value < least) {
      throw new InvalidInputException(
          "repeatedLines." + name + " is " + value, least + " or more", "raise it");
    }
  }
}
