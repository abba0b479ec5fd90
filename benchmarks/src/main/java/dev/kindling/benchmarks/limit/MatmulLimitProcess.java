package dev.kindling.benchmarks.limit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;

/** The child process behind {@link MatmulLimit#measure}: prints a {@link MatmulLimit} as JSON. */
final class MatmulLimitProcess {
  private static final int SIZE = 2048;
  private static final long NANOS_PER_PRECISION = 2_500_000_000L;

  private MatmulLimitProcess() {}

  /** Takes no arguments. */
  public static void main(String[] args) throws JsonProcessingException {
    MatmulLimit limit = new MatmulLimit(gflops(Precision.FP32), gflops(Precision.BF16));
    System.out.println(new ObjectMapper().writeValueAsString(limit));
  }

  private static double gflops(Precision precision) {
    double flops = 2.0 * SIZE * SIZE * SIZE;
    long fastest = Long.MAX_VALUE;
    try (OneDnnMatmul matmul = new OneDnnMatmul(SIZE, precision)) {
      long start = System.nanoTime();
      while (System.nanoTime() - start < NANOS_PER_PRECISION) {
        long before = System.nanoTime();
        matmul.execute();
        fastest = Math.min(fastest, System.nanoTime() - before);
      }
    }
    return flops / fastest;
  }
}
