package dev.kindling.model.backend;

import static dev.kindling.model.DoubleArrays.assertClose;

import dev.kindling.model.backend.check.KernelRun;
import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.MemorySpace;
import dev.kindling.model.tensor.Tensor;

/**
 * Central differences of the plain twin's forward kernels, in double: what its backward kernels are
 * held against.
 */
final class GradientCheck implements AutoCloseable {
  private static final double STEP = 1e-5;

  /** The error of central differences, of the order of the step's square. */
  private static final double TOLERANCE = 1e-7;

  private final Backend backend = Backends.open("nd4j", 1);
  private final KernelRun run = KernelRuns.of(MemorySpace.HOST, DType.F64);

  Backend backend() {
    return backend;
  }

  KernelRun run() {
    return run;
  }

  /** A gradient that a kernel adds to. */
  Tensor zeros(long... shape) {
    Tensor tensor = run.overwritten(shape);
    backend.fill(tensor, 0);
    return tensor;
  }

  /**
   * Differentiates Σ output × weights by every element of {@code input}.
   *
   * @param forward computes {@code output} anew
   */
  void assertIsGradient(
      Tensor gradient, Tensor input, Tensor output, Tensor weights, Runnable forward) {
    double[] values = input.toDoubles();
    double[] expected = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      double value = values[i];
      values[i] = value + STEP;
      input.setDoubles(values);
      forward.run();
      double above = dot(output, weights);
      values[i] = value - STEP;
      input.setDoubles(values);
      forward.run();
      double below = dot(output, weights);
      values[i] = value;
      expected[i] = (above - below) / (2 * STEP);
    }
    input.setDoubles(values);
    assertClose("the gradient", gradient.toDoubles(), expected, TOLERANCE);
  }

  private static double dot(Tensor left, Tensor right) {
    double[] a = left.toDoubles();
    double[] b = right.toDoubles();
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  @Override
  public void close() {
    run.close();
    backend.close();
  }
}
