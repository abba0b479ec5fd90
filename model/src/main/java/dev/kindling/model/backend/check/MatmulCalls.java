package dev.kindling.model.backend.check;

import dev.kindling.model.backend.Activation;
import dev.kindling.model.backend.Backend;
import dev.kindling.model.backend.Matrix;
import dev.kindling.model.tensor.Tensor;
import java.util.List;
import java.util.function.BiConsumer;

/** Calls of the kernels that multiply matrices, and of those around them. */
public final class MatmulCalls {
  private MatmulCalls() {}

  /** In every order of storage. */
  public static BiConsumer<Backend, KernelRun> matmul(long m, long k, long n) {
    return (backend, run) -> {
      Matrix left = Matrix.of(run.input(m, k));
      Matrix right = Matrix.of(run.input(k, n));
      Matrix leftTransposed = Matrix.of(run.input(k, m)).transposed();
      Matrix rightTransposed = Matrix.of(run.input(n, k)).transposed();
      Tensor bias = run.bias(n);
      for (Matrix a : new Matrix[] {left, leftTransposed}) {
        for (Matrix b : new Matrix[] {right, rightTransposed}) {
          backend.matmul(a, b, null, Matrix.of(run.overwritten(m, n)), false);
          backend.matmul(a, b, bias, Matrix.of(run.overwritten(m, n)), false);
          backend.matmul(a, b, null, Matrix.of(run.updated(m, n)), true);
          backend.matmul(a, b, bias, Matrix.of(run.updated(m, n)), true);
        }
      }
    };
  }

  /** Gradients of weights: products of activations, added up in the accumulator type. */
  public static BiConsumer<Backend, KernelRun> matmulToSums(long m, long k, long n) {
    return (backend, run) -> {
      Matrix left = Matrix.of(run.input(m, k));
      Matrix right = Matrix.of(run.input(k, n));
      Matrix leftTransposed = Matrix.of(run.input(k, m)).transposed();
      Tensor bias = run.bias(n);
      backend.matmul(left, right, null, Matrix.of(run.overwrittenSum(m, n)), false);
      backend.matmul(left, right, bias, Matrix.of(run.overwrittenSum(m, n)), false);
      backend.matmul(left, right, bias, Matrix.of(run.updatedSum(m, n)), true);
      backend.matmul(leftTransposed, right, null, Matrix.of(run.updatedSum(m, n)), true);
    };
  }

  public static BiConsumer<Backend, KernelRun> matmulOfParts(long m, long k, long n) {
    return (backend, run) -> {
      Matrix left = Matrix.of(run.input(m + 2, k + 5)).rows(1, m).columns(3, k);
      Matrix right = Matrix.of(run.input(k + 3, n + 1)).rows(2, k).columns(1, n);
      Matrix rightTransposed =
          Matrix.of(run.input(n + 4, k + 1)).rows(3, n).columns(0, k).transposed();
      Tensor bias = run.bias(n);
      Matrix out = Matrix.of(run.updated(m + 1, n + 7)).rows(1, m).columns(2, n);
      backend.matmul(left, right, bias, out, false);
      Matrix sum = Matrix.of(run.updated(m + 1, n + 7)).rows(0, m).columns(5, n);
      backend.matmul(left, rightTransposed, null, sum, true);
    };
  }

  public static BiConsumer<Backend, KernelRun> addColumnSums(long rows, long columns) {
    return (backend, run) -> {
      backend.addColumnSums(Matrix.of(run.input(rows, columns)), run.updatedSum(columns));
      Matrix part = Matrix.of(run.input(rows + 1, columns + 4)).rows(1, rows);
      backend.addColumnSums(part.columns(3, columns), run.updatedSum(columns));
      backend.addColumnSums(Matrix.of(run.parameter(rows, columns)), run.updatedSum(columns));
    };
  }

  /** In both orders of storage, as the rest. */
  public static BiConsumer<Backend, KernelRun> linearForward(long rows, long in, long out) {
    return (backend, run) -> {
      Tensor input = run.input(rows, in);
      for (boolean inFirst : new boolean[] {true, false}) {
        Matrix weight = weight(run, inFirst, in, out);
        backend.linearForward(input, weight, run.bias(out), run.overwritten(rows, out));
        backend.linearForward(input, weight, null, run.overwritten(rows, out));
      }
    };
  }

  public static BiConsumer<Backend, KernelRun> linearBackward(long rows, long in, long out) {
    return (backend, run) -> {
      Tensor input = run.input(rows, in);
      Tensor gradient = run.input(rows, out);
      for (boolean inFirst : new boolean[] {true, false}) {
        Matrix weight = weight(run, inFirst, in, out);
        Matrix weightGradient =
            stored(inFirst, inFirst ? run.updatedSum(in, out) : run.updatedSum(out, in));
        backend.linearBackward(
            gradient,
            input,
            weight,
            run.overwritten(rows, in),
            false,
            weightGradient,
            run.updatedSum(out));
        backend.linearBackward(
            gradient, input, weight, run.updated(rows, in), true, weightGradient, null);
        backend.linearBackward(gradient, input, weight, null, false, weightGradient, null);
      }
    };
  }

  public static BiConsumer<Backend, KernelRun> linearActivationForward(
      long rows, long in, long out) {
    return (backend, run) -> {
      Tensor input = run.input(rows, in);
      Tensor bias = run.bias(out);
      for (Activation activation : List.of(Activation.GELU_TANH, Activation.RELU)) {
        for (boolean inFirst : new boolean[] {true, false}) {
          backend.linearActivationForward(
              input,
              weight(run, inFirst, in, out),
              inFirst ? bias : null,
              activation,
              run.overwritten(rows, out),
              run.overwritten(rows, out));
        }
      }
    };
  }

  public static BiConsumer<Backend, KernelRun> linearActivationBackward(
      long rows, long in, long out) {
    return (backend, run) -> {
      Tensor gradient = run.input(rows, out);
      for (Activation activation : List.of(Activation.GELU_TANH, Activation.RELU)) {
        for (boolean inFirst : new boolean[] {true, false}) {
          backend.linearActivationBackward(
              gradient,
              weight(run, inFirst, in, out),
              activation,
              run.input(rows, in),
              run.overwritten(rows, in));
        }
      }
    };
  }

  private static Matrix weight(KernelRun run, boolean inFirst, long in, long out) {
    return stored(inFirst, inFirst ? run.input(in, out) : run.input(out, in));
  }

  private static Matrix stored(boolean inFirst, Tensor weight) {
    return inFirst ? Matrix.of(weight) : Matrix.of(weight).transposed();
  }
}
