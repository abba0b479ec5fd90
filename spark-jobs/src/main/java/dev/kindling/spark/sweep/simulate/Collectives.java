package dev.kindling.spark.sweep.simulate;

import dev.kindling.model.tensor.DType;

/**
 * What the collectives of {@code spark.communicate} take, in Hockney's model of a network: a
 * message of n bytes takes α + n β (Thakur, Rabenseifner and Gropp 2005).
 *
 * @param latency α, seconds
 * @param rate β⁻¹, bytes per second
 */
record Collectives(double latency, double rate) {
  /** Up to so many bytes, all ranks together, every rank sends its own to every other. */
  private static final long EXCHANGED_BYTES = 256 << 10;

  static Collectives of(Rates rates) {
    return new Collectives(rates.latency(), rates.exchangeRate());
  }

  /** One message. */
  double message(long bytes) {
    return latency + bytes / rate;
  }

  /** An all-reduce of a tensor over n ranks; nothing for one. */
  double allReduce(DType dtype, long numElements, int numRanks) {
    if (numRanks == 1 || numElements == 0) {
      return 0;
    }
    long others = numRanks - 1L;
    long bytes = bytes(dtype, numElements, numRanks);
    return bytes * numRanks <= EXCHANGED_BYTES
        ? others * message(bytes)
        : 2 * others * (latency + (double) bytes / numRanks / rate);
  }

  /** Bytes that one rank sends in it, on average. */
  static double bytesSent(DType dtype, long numElements, int numRanks) {
    long bytes = bytes(dtype, numElements, numRanks);
    boolean isExchanged = bytes * numRanks <= EXCHANGED_BYTES;
    return (isExchanged ? 1.0 : 2.0 / numRanks) * (numRanks - 1L) * bytes;
  }

  /** More than two BF16 are summed up in F32. */
  private static long bytes(DType dtype, long numElements, int numRanks) {
    boolean isWidened = dtype == DType.BF16 && numRanks > 2;
    return numElements * (isWidened ? DType.F32 : dtype).bytes();
  }
}
