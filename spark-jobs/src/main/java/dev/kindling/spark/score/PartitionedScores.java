package dev.kindling.spark.score;

import dev.kindling.data.InvalidInputException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;

/**
 * Scores in parts, each of which is there as a whole or not at all: {@code
 * scores/part=7/*.parquet}. A row's part is a hash of its id, and their number is written down
 * before the first is begun, so that an interrupted run finds the same parts, on whatever cluster,
 * and does those that are missing.
 *
 * <p>A task writes one file for one part and renames it as its last act (Hadoop's commit algorithm
 * 2), rather than leave that to the end of the job, which an interrupted run does not see.
 */
final class PartitionedScores {
  /** The column that says which part a row is in. */
  static final String PART = "part";

  private static final String PREFIX = PART + "=";

  private final FileSystem fs;
  private final Path directory;
  private final int numParts;

  private PartitionedScores(FileSystem fs, Path directory, int numParts) {
    this.fs = fs;
    this.directory = directory;
    this.numParts = numParts;
  }

  /**
   * Opens the parts of an output.
   *
   * @param plan the file that their number is in
   * @param numParts how many, if this is the first run
   */
  static PartitionedScores open(Configuration hadoop, Path directory, Path plan, int numParts) {
    try {
      FileSystem fs = directory.getFileSystem(hadoop);
      return new PartitionedScores(fs, directory, recall(fs, plan, numParts));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot prepare " + directory, e);
    }
  }

  private static int recall(FileSystem fs, Path plan, int numParts) throws IOException {
    try (InputStream in = fs.open(plan)) {
      String written = new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
      if (written.matches("[1-9][0-9]{0,8}")) {
        return Integer.parseInt(written);
      }
      // Torn by the end of the process that wrote it. No part was begun then, so that any number
      // does, also the beginning of the one that was meant.
    } catch (FileNotFoundException e) {
      // The first run.
    }
    try (OutputStream out = fs.create(plan, true)) {
      out.write((numParts + "\n").getBytes(StandardCharsets.UTF_8));
    }
    return numParts;
  }

  /**
   * Checks that rows can be told apart by their part.
   *
   * @throws InvalidInputException if they have a column of that name
   */
  static void requireNoPart(Dataset<Row> rows) {
    for (String column : rows.columns()) {
      if (column.equalsIgnoreCase(PART)) {
        throw new InvalidInputException(
            "the input has a column '" + column + "' already",
            "a table without it, since scores are written in parts of that name",
            "rename or drop that column");
      }
    }
  }

  /** The number of parts. */
  int numParts() {
    return numParts;
  }

  /** Those that are there, once; what is there twice is deleted. */
  Set<Integer> done() {
    Set<Integer> parts = new TreeSet<>();
    try {
      for (FileStatus part : fs.listStatus(directory)) {
        if (!part.getPath().getName().startsWith(PREFIX)) {
          continue;
        }
        if (numFiles(part.getPath()) == 1) {
          parts.add(Integer.valueOf(part.getPath().getName().substring(PREFIX.length())));
        } else {
          // A task of a driver that was thought dead may have written a part a second time.
          fs.delete(part.getPath(), true);
        }
      }
    } catch (FileNotFoundException e) {
      return parts;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list " + directory, e);
    }
    return parts;
  }

  private int numFiles(Path part) throws IOException {
    int number = 0;
    for (FileStatus file : fs.listStatus(part)) {
      number += file.isFile() && file.getPath().getName().endsWith(".parquet") ? 1 : 0;
    }
    return number;
  }

  /**
   * Scores the rows of the parts that are missing.
   *
   * @param id of a row
   * @param score adds the scores to rows, keeping the id
   */
  void write(Dataset<Row> rows, String id, UnaryOperator<Dataset<Row>> score) {
    Column key = Columns.of(id).cast(DataTypes.StringType);
    // What Spark's hash partitioning does with this key: every task has one part.
    Column part = functions.pmod(functions.hash(key), functions.lit(numParts));
    Set<Integer> done = done();
    Dataset<Row> missing =
        done.isEmpty() ? rows : rows.filter(functions.not(part.isin(done.toArray())));
    Dataset<Row> ordered = missing.repartition(numParts, key).sortWithinPartitions(Columns.of(id));
    score
        .apply(ordered)
        .withColumn(PART, part)
        .write()
        .mode(SaveMode.Append)
        .option("mapreduce.fileoutputcommitter.algorithm.version", "2")
        .partitionBy(PART)
        .parquet(directory.toString());
  }
}
