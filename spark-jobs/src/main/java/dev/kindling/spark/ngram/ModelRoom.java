package dev.kindling.spark.ngram;

import dev.kindling.data.InvalidInputException;
import dev.kindling.model.ngram.NgramModel;
import dev.kindling.model.ngram.NgramShape;
import dev.kindling.spark.memory.ExecutorSettings;
import dev.kindling.spark.report.Words;
import org.apache.spark.SparkConf;

/**
 * Whether executors can hold a model, asked as soon as its n-grams are counted: whatever measures
 * or scores with it has all of it on the heap.
 *
 * @param heap bytes of an executor
 */
record ModelRoom(long heap) {
  /** The rest of the heap is Spark's, and that of the tasks. */
  private static final double SHARE_OF_HEAP = 0.75;

  static ModelRoom of(SparkConf conf) {
    return new ModelRoom(ExecutorSettings.of(conf).heap());
  }

  /**
   * Checks that there is room.
   *
   * @throws InvalidInputException if an order has more n-grams than an array can have, or the model
   *     more bytes than three quarters of the heap
   */
  void require(NgramShape shape) {
    for (int order = 1; order <= shape.order(); order++) {
      long kept = shape.orders().get(order - 1).kept();
      if (kept > NgramModel.MAX_NGRAMS_OF_ORDER) {
        throw new InvalidInputException(
            "the model has " + Words.number(kept) + " n-grams of order " + order,
            "at most "
                + Words.number(NgramModel.MAX_NGRAMS_OF_ORDER)
                + ", which is what a model in memory can hold",
            "leave more of them out by ngram.prune, or lower ngram.order");
      }
    }
    long bytes = NgramModel.bytes(shape);
    if (bytes > SHARE_OF_HEAP * heap) {
      throw new InvalidInputException(
          "the model takes "
              + Words.bytes(bytes)
              + " of memory, and executors have "
              + Words.bytes(heap),
          "a model that fits into three quarters of an executor's heap",
          "leave more n-grams out by ngram.prune, lower ngram.order, or give executors more by"
              + " --executor-memory (with a local master --driver-memory): with that alone the next"
              + " run goes on behind what this one has counted");
    }
  }
}
