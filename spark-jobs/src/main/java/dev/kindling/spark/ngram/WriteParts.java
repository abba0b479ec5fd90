package dev.kindling.spark.ngram;

import dev.kindling.model.ngram.NgramPart;
import dev.kindling.model.ngram.NgramPartWriter;
import dev.kindling.spark.parallel.HadoopSettings;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.TaskContext;
import scala.Tuple2;

/**
 * Writes the sorted n-grams of one task as files of names that no other attempt has; the driver
 * renames those of the attempt whose result it got.
 *
 * @param hadoop the filesystem's settings
 * @param directory where the attempts' directories go
 * @param order k
 * @param hasBackoff whether the n-grams can be contexts
 * @param keys how n-grams are written
 */
record WriteParts(
    HadoopSettings hadoop, String directory, int order, boolean hasBackoff, NgramKey keys)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  private static final int NGRAMS_PER_FILE = 1 << 20;

  /** Packs the two numbers of an n-gram. */
  static long pack(float probability, float backoff) {
    return ((long) Float.floatToIntBits(probability) << Integer.SIZE)
        | Integer.toUnsignedLong(Float.floatToIntBits(backoff));
  }

  /** Writes the n-grams that come, and returns the paths of the files, in their order. */
  Iterator<String> write(Iterator<Tuple2<byte[], Long>> ngrams) throws IOException {
    TaskContext task = TaskContext.get();
    Path attempt =
        new Path(directory, "range-" + task.partitionId() + "-attempt-" + task.taskAttemptId());
    FileSystem fs = attempt.getFileSystem(hadoop.get());
    NgramPartWriter writer = new NgramPartWriter(order, hasBackoff);
    int[] tokens = new int[order];
    List<String> files = new ArrayList<>();
    while (ngrams.hasNext()) {
      Tuple2<byte[], Long> ngram = ngrams.next();
      for (int i = 0; i < order; i++) {
        tokens[i] = keys.token(ngram._1(), i);
      }
      float probability = Float.intBitsToFloat((int) (ngram._2() >>> Integer.SIZE));
      writer.add(tokens, probability, Float.intBitsToFloat(ngram._2().intValue()));
      if (writer.size() == NGRAMS_PER_FILE || !ngrams.hasNext()) {
        Path file = new Path(attempt, NgramPart.name(order, files.size()));
        writer.writeTo(fs.create(file, true));
        files.add(file.toString());
      }
    }
    return files.iterator();
  }
}
