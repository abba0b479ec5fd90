package dev.kindling.model.backend.check;

import dev.kindling.model.backend.Backend;
import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.MemorySpace;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * The self-test of a machine: whether every kernel of a backend computes there what the plain
 * reference does in double, of random numbers, in all of its arithmetics, with tensors that are
 * aligned and that are not.
 */
public final class KernelCheck {
  /**
   * Matrix units that take an F32 as it is drop all bits but TF32's, an error of up to 2^-10 of
   * either factor.
   */
  private static final double TF32_TOLERANCE = 0x1p-9;

  /**
   * Tolerances suit most numbers: of hundreds of checks of kernels that are right, one comes as
   * close as a tenth. None may pass it by chance, and what is wrong is off by far more.
   */
  private static final double MARGIN = 1.5;

  private static final List<Integer> GUARDS = List.of(KernelRun.ODD_GUARD, KernelRun.ALIGNED_GUARD);

  private final Backend backend;
  private final Backend reference;
  private final long seed;
  private final List<KernelResult> results = new ArrayList<>();

  private KernelCheck(Backend backend, Backend reference, long seed) {
    this.backend = backend;
    this.reference = reference;
    this.seed = seed;
  }

  /**
   * Checks a backend, which takes some seconds.
   *
   * @param reference computes in F64 on the host
   * @param seed of the numbers; another one finds what this one misses
   * @return what was found, for all kernels: none ends the check
   */
  public static KernelReport run(Backend backend, Backend reference, long seed) {
    long start = System.nanoTime();
    KernelCheck check = new KernelCheck(backend, reference, seed);
    for (DType dtype : List.of(DType.F32, DType.BF16)) {
      if (backend.floatTypes().contains(dtype)) {
        KernelCases.all().forEach(kernel -> check.check(kernel, dtype));
      }
    }
    return new KernelReport(seed, List.copyOf(check.results), (System.nanoTime() - start) / 1e9);
  }

  private void check(KernelCase kernel, DType dtype) {
    List<KernelRun.Result> expected =
        run(reference, DType.F64, dtype, KernelRun.ODD_GUARD, kernel.calls());
    results.add(result(kernel, dtype, false, expected));
    if (dtype == DType.F32 && kernel.isOfProducts() && backend.hasTf32()) {
      results.add(result(kernel, dtype, true, expected));
    }
  }

  private KernelResult result(
      KernelCase kernel, DType dtype, boolean tf32, List<KernelRun.Result> expected) {
    Optional<Difference> difference = Optional.empty();
    Optional<RuntimeException> failure = Optional.empty();
    try {
      Backend computing = tf32 ? backend.withTf32() : backend;
      for (int guard : GUARDS) {
        List<KernelRun.Result> actual = run(computing, dtype, dtype, guard, kernel.calls());
        Difference largest =
            Difference.largest(
                actual, expected, e -> tf32 ? TF32_TOLERANCE : MARGIN * e.tolerance(dtype));
        difference = Optional.of(difference.map(largest::orLarger).orElse(largest));
      }
    } catch (RuntimeException e) {
      failure = Optional.of(e);
    }
    String arithmetic = tf32 ? "TF32" : dtype.name();
    return new KernelResult(kernel.kernel(), kernel.name(), arithmetic, difference, failure);
  }

  private List<KernelRun.Result> run(
      Backend computing,
      DType dtype,
      DType precision,
      int guard,
      BiConsumer<Backend, KernelRun> calls) {
    MemorySpace space = computing.memory();
    try (KernelRun run = new KernelRun(space, dtype, precision, guard, seed)) {
      calls.accept(computing, run);
      return run.results();
    }
  }
}
