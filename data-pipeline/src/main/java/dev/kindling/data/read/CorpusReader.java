package dev.kindling.data.read;

import dev.kindling.data.InvalidInputException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;
import org.apache.spark.util.TaskCompletionListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads files and directories of text, on any Hadoop filesystem, as one Spark dataset. */
public final class CorpusReader {
  private static final Logger LOG = LoggerFactory.getLogger(CorpusReader.class);

  /** What opening a file costs, in bytes that could be read meanwhile. */
  private static final long OPEN_COST_BYTES = 64L << 10;

  private CorpusReader() {}

  /**
   * Plans the reading of the inputs; the files are listed at once and read by Spark tasks later.
   *
   * @param inputs files or directories (recursively), any mix of formats; a directory of kind
   *     {@code documents} stands for the documents in it
   * @throws InvalidInputException if an input does not exist, is empty, or has only files of other
   *     formats
   */
  public static Corpus read(SparkSession spark, ReadConfig config, List<String> inputs) {
    Configuration hadoop = spark.sessionState().newHadoopConf();
    InputListing listing = InputListing.of(hadoop, config, inputs);
    for (String skipped : listing.skipped()) {
      LOG.info("not read, since its format is not known: {}", skipped);
    }
    // The segments are data and not part of the function, which goes to every task; and they are
    // strings, since Spark's serializer is configurable and need not know records.
    List<String> tasks = pack(spark, listing).stream().map(Segment::toJson).toList();
    SerializableConfiguration shared = new SerializableConfiguration(hadoop);
    JavaRDD<ReadRecord> records =
        JavaSparkContext.fromSparkContext(spark.sparkContext())
            .parallelize(tasks, tasks.size())
            .flatMap(task -> records(Segment.fromJson(task), shared, config));
    return new Corpus(records, listing.skipped());
  }

  /** Neighbours go together until a task has enough, as in Spark's own file sources. */
  private static List<List<Segment>> pack(SparkSession spark, InputListing listing) {
    long cost = listing.bytes() + OPEN_COST_BYTES * listing.segments().size();
    long perCore = cost / Math.max(1, spark.sparkContext().defaultParallelism());
    long most =
        Math.min(spark.sessionState().conf().filesMaxPartitionBytes(), Math.max(1, perCore));
    List<List<Segment>> tasks = new ArrayList<>();
    List<Segment> task = new ArrayList<>();
    long size = 0;
    for (Segment segment : listing.segments()) {
      long added = segment.length() + OPEN_COST_BYTES;
      if (!task.isEmpty() && size + added > most) {
        tasks.add(task);
        task = new ArrayList<>();
        size = 0;
      }
      task.add(segment);
      size += added;
    }
    tasks.add(task);
    return tasks;
  }

  private static Iterator<ReadRecord> records(
      List<Segment> segments, SerializableConfiguration hadoop, ReadConfig config) {
    Iterator<Segment> remaining = segments.iterator();
    return new Iterator<>() {
      private Iterator<ReadRecord> current = Collections.emptyIterator();

      @Override
      public boolean hasNext() {
        while (!current.hasNext() && remaining.hasNext()) {
          current = open(remaining.next(), hadoop, config);
        }
        return current.hasNext();
      }

      @Override
      public ReadRecord next() {
        return hasNext() ? current.next() : Collections.<ReadRecord>emptyIterator().next();
      }
    };
  }

  private static Iterator<ReadRecord> open(
      Segment segment, SerializableConfiguration hadoop, ReadConfig config) {
    SegmentRecords records = new SegmentRecords(hadoop.value(), segment, config);
    TaskContext task = TaskContext.get();
    if (task != null) {
      // A task that fails or is not read to its end leaves the file open otherwise.
      TaskCompletionListener close = context -> records.close();
      task.addTaskCompletionListener(close);
    }
    return records;
  }
}
