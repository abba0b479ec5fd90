package dev.kindling.model.backend.onednn;

import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.openblas.presets.openblas_nolapack;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides how many OpenMP threads oneDNN uses. OpenMP keeps that number per calling thread and
 * oneDNN has no setting of its own, so it is set before every primitive; a process-wide {@code
 * OMP_NUM_THREADS} is then of no consequence. JavaCPP's binding of oneDNN leaves the OpenMP
 * functions out: the function is looked up in the library that oneDNN itself is linked to, and
 * called through the function-pointer type of JavaCPP's OpenBLAS binding, which exists for the same
 * purpose. Where the function is not found, the environment decides, and one line says so.
 */
final class OneDnnThreads implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(OneDnnThreads.class);

  private final int numThreads;
  private final PointerPointer<Pointer> functor = new PointerPointer<>(2);
  private final openblas_nolapack.SetNumThreads setNumThreads;

  /** Loads oneDNN. */
  OneDnnThreads(int numThreads) {
    this.numThreads = numThreads;
    // Global visibility also covers the OpenMP library that oneDNN depends on.
    Loader.loadGlobal(Loader.load(dnnl.class));
    Pointer function = Loader.addressof("omp_set_num_threads");
    Loader.load(org.bytedeco.openblas.global.openblas_nolapack.class);
    // A function-pointer object of JavaCPP points to a pair: the function, and a Java callback.
    functor.put(0, function).put(1, null);
    setNumThreads = function == null ? null : new openblas_nolapack.SetNumThreads(functor);
    if (setNumThreads == null) {
      warnUnlessEnvironmentAgrees();
    }
  }

  private void warnUnlessEnvironmentAgrees() {
    String variable = System.getenv("OMP_NUM_THREADS");
    int actual =
        variable == null ? Runtime.getRuntime().availableProcessors() : Integer.parseInt(variable);
    if (actual != numThreads) {
      LOG.warn(
          "oneDNN was asked for {} threads, but the environment gives it {}: export"
              + " OMP_NUM_THREADS={} (on Spark: spark.executorEnv.OMP_NUM_THREADS)",
          numThreads,
          actual,
          numThreads);
    }
  }

  /** Makes the calling thread's next parallel region use the number of threads. */
  void bind() {
    if (setNumThreads != null) {
      setNumThreads.call(numThreads);
    }
  }

  @Override
  public void close() {
    functor.close();
  }
}
