package dev.kindling.model.arch;

/** What every configuration checks. */
final class Shapes {
  private Shapes() {}

  static void requirePositive(String name, long value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " is " + value + ": it must be 1 or more");
    }
  }

  static void requireNotNegative(String name, int value) {
    if (value < 0) {
      throw new IllegalArgumentException(name + " is " + value + ": it must be 0 or more");
    }
  }

  static void requireDropout(double dropout) {
    // Written so that NaN fails too.
    if (!(dropout >= 0 && dropout < 1)) {
      throw new IllegalArgumentException(
          "dropout is " + dropout + ": it must be a probability from 0 to below 1");
    }
  }

  static void requireSlices(String name, long value, int numSlices) {
    if (value % numSlices != 0) {
      throw new IllegalArgumentException(
          name
              + " "
              + value
              + " is not a multiple of tensorParallel "
              + numSlices
              + ": every slice gets as many, so change one of the two");
    }
  }

  static void requireHeads(int embeddingSize, int numHeads) {
    if (embeddingSize % numHeads != 0) {
      throw new IllegalArgumentException(
          "embeddingSize "
              + embeddingSize
              + " is not a multiple of numHeads "
              + numHeads
              + ": every head gets embeddingSize / numHeads columns, so change one of the two");
    }
  }
}
