package dev.kindling.spark.checkpoint;

import java.util.List;
import org.apache.spark.Partition;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.rdd.PartitionCoalescer;
import org.apache.spark.rdd.PartitionGroup;
import org.apache.spark.rdd.RDD;
import scala.Option;
import scala.Serializable;
import scala.collection.JavaConverters;

/**
 * Lets one task read all partitions one after the other, by number. Spark's own coalescing starts
 * with those that lie nearby.
 */
final class InOrder implements PartitionCoalescer, Serializable {
  private static final long serialVersionUID = 1L;

  /** One partition that streams all of {@code rdd}'s. */
  static <T> JavaRDD<T> singlePartition(JavaRDD<T> rdd) {
    RDD<T> single = rdd.rdd().coalesce(1, false, Option.apply(new InOrder()), null);
    return new JavaRDD<>(single, rdd.classTag());
  }

  @Override
  public PartitionGroup[] coalesce(int maxPartitions, RDD<?> parent) {
    PartitionGroup group = new PartitionGroup(Option.empty());
    for (Partition partition : parent.partitions()) {
      group.partitions().append(JavaConverters.asScalaBuffer(List.of(partition)));
    }
    return new PartitionGroup[] {group};
  }
}
