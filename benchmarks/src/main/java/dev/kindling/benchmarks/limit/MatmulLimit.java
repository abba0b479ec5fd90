package dev.kindling.benchmarks.limit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kindling.benchmarks.process.ChildJvm;
import dev.kindling.benchmarks.process.MeasurementFailedException;
import java.util.List;
import java.util.Map;

/**
 * The fastest matmul of the machine, in billions of floating-point operations per second.
 *
 * @param fp32 with FP32 operands
 * @param bf16 with BF16 operands
 */
public record MatmulLimit(double fp32, double bf16) {
  /** Slower than any. */
  public static final MatmulLimit NONE = new MatmulLimit(0, 0);

  /** Measures in a process of its own, which takes some seconds. */
  public static MatmulLimit measure(int numThreads) {
    String line =
        new ChildJvm(
                MatmulLimitProcess.class.getName(), ChildJvm.ownClasspath(), numThreads, Map.of())
            .lastLine(List.of());
    try {
      return new ObjectMapper().readValue(line, MatmulLimit.class);
    } catch (JsonProcessingException e) {
      throw new MeasurementFailedException("The matmul limit was printed as: " + line);
    }
  }

  /** The better of two measurements, for each precision: noise only ever slows down. */
  public MatmulLimit best(MatmulLimit other) {
    return new MatmulLimit(Math.max(fp32, other.fp32), Math.max(bf16, other.bf16));
  }

  /** The limit of one precision. */
  public double gflops(Precision precision) {
    return switch (precision) {
      case FP32 -> fp32;
      case BF16 -> bf16;
    };
  }
}
