package dev.kindling.model.backend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kindling.model.backend.check.Difference;
import dev.kindling.model.backend.check.KernelRun;
import dev.kindling.model.backend.check.KernelRun.Result;
import dev.kindling.model.backend.cuda.CudaBackend;
import dev.kindling.model.backend.cuda.EmulatedCuda;
import dev.kindling.model.backend.nd4j.Nd4jBackend;
import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.MemorySpace;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * All backends, held against the plain twin in double: what the contract tests of all kernels
 * share.
 */
final class BackendsUnderTest implements BeforeAllCallback, AfterAllCallback {
  private Backend twin;
  private List<Backend> backends;

  @Override
  public void beforeAll(ExtensionContext context) {
    twin = Backends.open("nd4j", 2);
    backends =
        ChosenBackends.areDefault()
            ? ofThisMachine()
            : ChosenBackends.names().stream().map(name -> Backends.open(name, 1)).toList();
  }

  /** Those of CPUs, and CUDA's: emulated, where it can be, if there is no GPU. */
  private List<Backend> ofThisMachine() {
    List<Backend> all = new ArrayList<>();
    all.add(twin);
    // As ND4J has to work on a GPU.
    all.add(new Nd4jBackend(1, true));
    all.add(Backends.open("onednn", 1));
    all.add(Backends.open("onednn", 2));
    if (EmulatedCuda.hasGpu() || EmulatedCuda.isSupported()) {
      EmulatedCuda.loadWithoutGpu();
      all.add(new CudaBackend(0));
    }
    return all;
  }

  @Override
  public void afterAll(ExtensionContext context) {
    backends.forEach(Backend::close);
    if (!backends.contains(twin)) {
      twin.close();
    }
  }

  List<Backend> all() {
    return backends;
  }

  /** Runs a kernel everywhere in all float types: twice, as the same calls give the same bits. */
  void assertAllAgree(BiConsumer<Backend, KernelRun> kernel) {
    for (DType precision : List.of(DType.F32, DType.BF16)) {
      List<Result> expected = results(twin, DType.F64, precision, KernelRun.ODD_GUARD, kernel);
      for (Backend backend : backends) {
        for (DType dtype : backend.floatTypes()) {
          if ((dtype == DType.BF16) == (precision == DType.BF16)) {
            for (int guard : guards(backend)) {
              List<Result> actual = results(backend, dtype, precision, guard, kernel);
              assertAgree(backend, dtype, actual, expected);
              List<Result> again = results(backend, dtype, precision, guard, kernel);
              assertSameBits(backend, actual, again);
            }
          }
        }
      }
    }
  }

  /** GPUs have kernels of their own for what is aligned. */
  private static int[] guards(Backend backend) {
    return backend.memory() == MemorySpace.HOST
        ? new int[] {KernelRun.ODD_GUARD}
        : new int[] {KernelRun.ODD_GUARD, KernelRun.ALIGNED_GUARD};
  }

  private static void assertAgree(
      Backend backend, DType dtype, List<Result> actual, List<Result> expected) {
    Difference largest = Difference.largest(actual, expected, e -> e.tolerance(dtype));
    assertThat(largest.isTolerated()).as("%s in %s: %s", backend.name(), dtype, largest).isTrue();
  }

  private static void assertSameBits(Backend backend, List<Result> first, List<Result> second) {
    for (int i = 0; i < first.size(); i++) {
      assertThat(second.get(i).values())
          .as("result %d of %s, the second time", i, backend.name())
          .isEqualTo(first.get(i).values());
    }
  }

  /** The results of one kernel in one dtype. */
  static List<double[]> results(
      Backend backend, DType dtype, BiConsumer<Backend, KernelRun> kernel) {
    try (KernelRun run = KernelRuns.of(backend.memory(), dtype)) {
      kernel.accept(backend, run);
      return run.results().stream().map(Result::values).toList();
    }
  }

  private static List<Result> results(
      Backend backend,
      DType dtype,
      DType precision,
      int guard,
      BiConsumer<Backend, KernelRun> kernel) {
    try (KernelRun run = KernelRuns.of(backend.memory(), dtype, precision, guard)) {
      kernel.accept(backend, run);
      return run.results();
    }
  }
}
