package dev.kindling.spark.wordvectors;

import dev.kindling.data.InvalidInputException;
import dev.kindling.spark.report.Words;
import org.apache.spark.SparkConf;

/**
 * What the driver has for word vectors.
 *
 * @param heap bytes
 * @param maxResultSize bytes that the tasks of one job may send it; 0 for any number
 */
record DriverRoom(long heap, long maxResultSize) {
  private static final String MAX_RESULT_SIZE = "spark.driver.maxResultSize";

  /** Beyond this the arrays that MLlib sends around are too large. */
  private static final long MAX_NUMBERS = Integer.MAX_VALUE / 8;

  /** The driver holds two matrices of F32, and collects the changes to both. */
  private static final long BYTES_PER_NUMBER = 4L * Float.BYTES;

  /** What serialisation puts around a row of numbers, at most. */
  private static final long BYTES_AROUND_ROW = 32;

  static DriverRoom of(SparkConf conf) {
    return new DriverRoom(
        Runtime.getRuntime().maxMemory(), conf.getSizeAsBytes(MAX_RESULT_SIZE, "1g"));
  }

  /**
   * Checks that there is room.
   *
   * @param vectorSize numbers of a vector
   * @throws InvalidInputException if there is not
   */
  void require(int numWords, int vectorSize) {
    long numbers = (long) numWords * vectorSize;
    String given =
        numWords + " words with vectors of " + vectorSize + " are " + numbers + " numbers";
    if (numbers > Math.min(MAX_NUMBERS, heap / BYTES_PER_NUMBER)) {
      throw new InvalidInputException(
          given,
          "at most "
              + Math.min(MAX_NUMBERS, heap / BYTES_PER_NUMBER)
              + ", by this driver's heap and the arrays that Spark sends around",
          "raise word2vec.minCount, lower word2vec.vectorSize, or give the driver more by"
              + " --driver-memory");
    }
    long collected = 2L * numWords * (BYTES_AROUND_ROW + (long) Float.BYTES * vectorSize);
    if (maxResultSize > 0 && collected > maxResultSize) {
      throw new InvalidInputException(
          given + ", of which each iteration sends the driver " + Words.bytes(collected),
          "at most the " + Words.bytes(maxResultSize) + " of " + MAX_RESULT_SIZE,
          "raise it, as by --conf "
              + MAX_RESULT_SIZE
              + "="
              + ((collected >> 30) + 1)
              + "g; or raise word2vec.minCount, or lower word2vec.vectorSize");
    }
  }
}
