package dev.kindling.model.backend.check;

import dev.kindling.model.backend.Activation;
import dev.kindling.model.backend.AdamWUpdate;
import dev.kindling.model.backend.Backend;
import dev.kindling.model.backend.DecayRange;
import dev.kindling.model.backend.Dropout;
import dev.kindling.model.backend.Matrix;
import dev.kindling.model.tensor.Tensor;
import java.util.List;
import java.util.function.BiConsumer;

/** Calls of the kernels that go element by element, by size. */
public final class ElementwiseCalls {
  private ElementwiseCalls() {}

  public static BiConsumer<Backend, KernelRun> fill(long size) {
    return (backend, run) -> {
      backend.fill(run.overwritten(size), 0);
      backend.fill(run.overwritten(size), -1.5);
      backend.fill(run.overwrittenSum(size), 0.3);
    };
  }

  public static BiConsumer<Backend, KernelRun> copy(long size) {
    return (backend, run) -> {
      backend.copy(run.input(size), run.overwritten(size));
      backend.copy(run.parameter(size), run.overwrittenSum(size));
    };
  }

  /** Of parts of matrices and of transposed ones. */
  public static BiConsumer<Backend, KernelRun> copyMatrix(long rows, long columns, long margin) {
    return (backend, run) -> {
      Matrix wide = Matrix.of(run.input(rows + 2, columns + 2 * margin));
      Matrix part = wide.rows(1, rows).columns(margin, columns);
      Matrix transposed = Matrix.of(run.input(columns, rows)).transposed();
      backend.copy(part, Matrix.of(run.overwritten(rows, columns)));
      backend.copy(part, Matrix.of(run.overwritten(columns, rows)).transposed());
      backend.copy(transposed, Matrix.of(run.overwritten(rows, columns)));
      Matrix wider = Matrix.of(run.updated(rows + 1, columns + 4));
      backend.copy(part, wider.rows(1, rows).columns(2, columns));
      Matrix sums = Matrix.of(run.updatedSum(rows, columns + 1)).columns(1, columns);
      backend.copy(Matrix.of(run.parameter(rows, columns)), sums);
    };
  }

  public static BiConsumer<Backend, KernelRun> scaleInPlace(long size) {
    return (backend, run) -> {
      backend.scaleInPlace(run.updated(size), 0.37);
      backend.scaleInPlace(run.updatedSum(size), 0.37);
    };
  }

  public static BiConsumer<Backend, KernelRun> addInPlace(long size) {
    return (backend, run) -> {
      backend.addInPlace(run.updated(size), run.input(size));
      backend.addInPlace(run.updatedSum(size), run.parameter(size));
    };
  }

  public static BiConsumer<Backend, KernelRun> add(long size) {
    return (backend, run) -> backend.add(run.input(size), run.input(size), run.overwritten(size));
  }

  /** The number that comes is put into a tensor. */
  static BiConsumer<Backend, KernelRun> squaredNorm(long size) {
    return (backend, run) -> {
      double norm = backend.squaredNorm(run.parameter(size));
      run.overwrittenSum(1).setDoubles(new double[] {norm});
    };
  }

  /**
   * Calls of both passes of an activation.
   *
   * @param factor of its inputs: far from zero, exponentials overflow on the way
   */
  public static BiConsumer<Backend, KernelRun> activationForward(
      Activation activation, double factor, long size) {
    return (backend, run) -> {
      Tensor input = run.input(size);
      backend.scaleInPlace(input, factor);
      backend.activationForward(activation, input, run.overwritten(size));
    };
  }

  /** As {@link #activationForward}. */
  public static BiConsumer<Backend, KernelRun> activationBackward(
      Activation activation, double factor, long size) {
    return (backend, run) -> {
      Tensor input = run.input(size);
      backend.scaleInPlace(input, factor);
      backend.activationBackward(activation, run.input(size), input, run.overwritten(size));
    };
  }

  public static BiConsumer<Backend, KernelRun> gatedActivationForward(
      Activation activation, long... shape) {
    return (backend, run) ->
        backend.gatedActivationForward(
            activation, run.input(shape), run.input(shape), run.overwritten(shape));
  }

  public static BiConsumer<Backend, KernelRun> gatedActivationBackward(
      Activation activation, long... shape) {
    return (backend, run) ->
        backend.gatedActivationBackward(
            activation,
            run.input(shape),
            run.input(shape),
            run.input(shape),
            run.overwritten(shape),
            run.overwritten(shape));
  }

  public static BiConsumer<Backend, KernelRun> dropout(long samples, long elementsPerSample) {
    Dropout dropout = new Dropout(0.3, 0x0123_4567_89AB_CDEFL, 7, elementsPerSample);
    return (backend, run) -> {
      Tensor source = run.input(samples, elementsPerSample);
      backend.dropout(source, dropout, run.overwritten(samples, elementsPerSample));
      Tensor inPlace = run.updated(samples, elementsPerSample);
      backend.dropout(inPlace, dropout, inPlace);
    };
  }

  /** With three ranges that decay differently. */
  public static BiConsumer<Backend, KernelRun> adamWInPlace(long size) {
    AdamWUpdate update = new AdamWUpdate(3e-2, 0.9, 0.95, 1e-8, 0.5, 0.19, 0.0975);
    List<DecayRange> ranges =
        List.of(
            new DecayRange(0, size / 3, 0.1),
            new DecayRange(size / 3, size - size / 4, 0),
            new DecayRange(size - size / 4, size, 0.2));
    return (backend, run) ->
        backend.adamWInPlace(
            run.updatedSum(size),
            run.parameter(size),
            run.updatedSum(size),
            run.watch(run.positiveParameter(size), Exactness.SUM),
            ranges,
            update);
  }
}
