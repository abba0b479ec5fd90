package dev.kindling.spark.checkpoint;

import java.util.List;
import org.apache.spark.Partition;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.rdd.CheckpointRDD;
import org.apache.spark.rdd.RDD;
import org.apache.spark.rdd.RDDCheckpointData;
import scala.Option;
import scala.collection.Iterator;
import scala.collection.JavaConverters;
import scala.reflect.ClassTag;

/**
 * What Spark's own reliable checkpointing puts in the place of an RDD's past, but over the files of
 * a checkpoint of ours: one element per partition, read by its number. The RDD and everything that
 * was computed from it stay as they are; whatever is lost of them is computed again from the files.
 */
final class FilesRdd<T> extends CheckpointRDD<T> {
  private static final long serialVersionUID = 1L;

  private final int numPartitions;

  // Spark's functions of Java are serializable.
  @SuppressWarnings("serial")
  private final Function<Integer, T> reader;

  private FilesRdd(RDD<T> like, ClassTag<T> tag, Function<Integer, T> reader) {
    super(like.context(), tag);
    this.numPartitions = like.getNumPartitions();
    this.reader = reader;
  }

  /**
   * Cuts the lineage of {@code rdd}.
   *
   * @param reader gives the element of a partition, equal to what the RDD computes
   */
  static <T> void replacePast(JavaRDD<T> rdd, Function<Integer, T> reader) {
    FilesRdd<T> files = new FilesRdd<>(rdd.rdd(), rdd.classTag(), reader);
    Replacement<T> replacement = new Replacement<>(rdd.rdd(), files, rdd.classTag());
    rdd.rdd().checkpointData_$eq(Option.apply(replacement));
    replacement.checkpoint();
  }

  @Override
  public Partition[] getPartitions() {
    Partition[] partitions = new Partition[numPartitions];
    for (int i = 0; i < numPartitions; i++) {
      partitions[i] = new Numbered(i);
    }
    return partitions;
  }

  @Override
  public Iterator<T> compute(Partition partition, TaskContext context) {
    try {
      return JavaConverters.asScalaIterator(List.of(reader.call(partition.index())).iterator());
    } catch (Exception e) {
      throw new IllegalStateException("cannot read part " + partition.index() + " again", e);
    }
  }

  private record Numbered(int index) implements Partition {}

  private static final class Replacement<T> extends RDDCheckpointData<T> {
    private static final long serialVersionUID = 1L;
    private final transient CheckpointRDD<T> files;

    Replacement(RDD<T> rdd, CheckpointRDD<T> files, ClassTag<T> tag) {
      super(rdd, tag);
      this.files = files;
    }

    @Override
    public CheckpointRDD<T> doCheckpoint() {
      return files;
    }
  }
}
