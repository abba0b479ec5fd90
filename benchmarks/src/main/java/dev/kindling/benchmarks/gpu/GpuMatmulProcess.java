package dev.kindling.benchmarks.gpu;

import dev.kindling.benchmarks.process.ChildJvm;
import dev.kindling.model.backend.Backend;
import dev.kindling.model.backend.Backends;
import dev.kindling.model.backend.Matrix;
import dev.kindling.model.tensor.Arena;
import dev.kindling.model.tensor.BFloat16;
import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.Tensor;
import dev.kindling.model.train.Precision;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Random;

/**
 * The child process that measures how fast a backend multiplies large square matrices of normal
 * numbers: zeros would be faster. It prints floating-point operations per second.
 */
final class GpuMatmulProcess {
  private static final int NUM_ROUNDS = 6;
  private static final int PRODUCTS_PER_ROUND = 15;
  private static final double NANOS_PER_SECOND = 1e9;

  /** Elements that are drawn, and then repeated; a prime. */
  private static final int BLOCK = 1_000_003;

  private GpuMatmulProcess() {}

  static double measure(GpuRun run) {
    String line =
        GpuProcesses.of(GpuMatmulProcess.class)
            .lastLine(
                List.of(run.backend(), run.precision().name(), Integer.toString(run.matmulSize())),
                run.limit());
    return ChildJvm.parse(line, Double.class);
  }

  /** Takes backend, precision and size. */
  public static void main(String[] args) {
    DType dtype = Precision.valueOf(args[1]).dtype();
    int size = Integer.parseInt(args[2]);
    try (Backend backend = Backends.open(args[0], 1);
        Arena arena = new Arena(backend.memory())) {
      Matrix left = Matrix.of(normal(arena.allocate(dtype, size, size), 1));
      Matrix right = Matrix.of(normal(arena.allocate(dtype, size, size), 2));
      Matrix out = Matrix.of(arena.allocate(dtype, size, size));
      double fastest = Double.POSITIVE_INFINITY;
      // The first round warms up: it is slower, and so does not count.
      for (int round = 0; round < NUM_ROUNDS; round++) {
        long start = System.nanoTime();
        for (int i = 0; i < PRODUCTS_PER_ROUND; i++) {
          backend.matmul(left, right, null, out, false);
        }
        backend.awaitKernels();
        fastest = Math.min(fastest, (System.nanoTime() - start) / NANOS_PER_SECOND);
      }
      System.out.println(2.0 * size * size * size * PRODUCTS_PER_ROUND / fastest);
    }
  }

  private static Tensor normal(Tensor tensor, long seed) {
    Random random = new Random(seed);
    ByteBuffer block =
        ByteBuffer.allocate(BLOCK * tensor.dtype().bytes()).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < BLOCK; i++) {
      float value = (float) random.nextGaussian();
      if (tensor.dtype() == DType.BF16) {
        block.putShort(BFloat16.fromFloat(value));
      } else {
        block.putFloat(value);
      }
    }
    for (long start = 0; start < tensor.numElements(); start += BLOCK) {
      int length = (int) Math.min(BLOCK, tensor.numElements() - start);
      tensor.writeBytes(start, length, block.array(), 0);
    }
    return tensor;
  }
}
