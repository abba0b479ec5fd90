package dev.kindling.model.backend;

import dev.kindling.model.backend.check.KernelRun;
import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.MemorySpace;

/** The runs of kernels of tests: of the same values every time. */
final class KernelRuns {
  private static final long SEED = 11;

  private KernelRuns() {}

  /**
   * A run whose activations have a type's values.
   *
   * @param space of the backend that computes
   */
  static KernelRun of(MemorySpace space, DType dtype) {
    return of(space, dtype, dtype == DType.F64 ? DType.F32 : dtype, KernelRun.ODD_GUARD);
  }

  /** As {@link KernelRun#KernelRun}. */
  static KernelRun of(MemorySpace space, DType dtype, DType precision, int guard) {
    return new KernelRun(space, dtype, precision, guard, SEED);
  }
}
