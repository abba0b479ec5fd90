package dev.kindling.spark.doctor;

import dev.kindling.model.backend.Backends;
import dev.kindling.model.backend.cuda.CudaGpus;
import dev.kindling.model.backend.cuda.CudaLibraries;
import dev.kindling.model.backend.gpu.NvidiaGpu;
import dev.kindling.model.backend.gpu.NvidiaSmi;
import dev.kindling.model.backend.gpu.VisibleGpus;
import dev.kindling.model.backend.nd4j.Nd4jCudaSupport;
import dev.kindling.spark.parallel.KernelSettings;
import dev.kindling.spark.report.Words;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Looks at the machine's GPUs, and lets those that the backend for them serves compute. */
final class GpuFindings {
  private static final long BYTES_PER_MEBIBYTE = 1 << 20;

  private GpuFindings() {}

  /** The GPUs, and what the backend makes of each. */
  static List<Finding> all() {
    List<NvidiaGpu> gpus;
    try {
      gpus = NvidiaSmi.gpus();
    } catch (IllegalStateException e) {
      return List.of(Finding.bad("gpu", e.getMessage()));
    }
    List<Finding> findings = new ArrayList<>();
    findings.add(gpus(gpus));
    findings.addAll(backend(VisibleGpus.ofThisProcess().among(gpus)));
    return findings;
  }

  private static Finding gpus(List<NvidiaGpu> gpus) {
    if (gpus.isEmpty()) {
      return Finding.good("gpu", "none: there is no nvidia-smi, or it finds no driver or device");
    }
    return Finding.good(
        "gpu", gpus.stream().map(GpuFindings::words).collect(Collectors.joining("\n")));
  }

  private static List<Finding> backend(List<NvidiaGpu> visible) {
    if (!CudaLibraries.isInThisBuild()) {
      return List.of(Finding.good("cuda", "not in this build, which has ND4J's CUDA backend"));
    }
    List<NvidiaGpu> served =
        visible.stream().filter(gpu -> CudaGpus.serves(gpu.capability())).toList();
    if (served.isEmpty()) {
      return List.of(Finding.good("cuda", "not used: this process sees no GPU that it serves"));
    }
    return served.stream().map(GpuFindings::check).toList();
  }

  private static Finding check(NvidiaGpu gpu) {
    Optional<String> index = Optional.of(Integer.toString(gpu.index()));
    return new BackendCheck(
            "cuda",
            new KernelSettings(Backends.CUDA, 1, index),
            () -> CudaGpus.describe(index) + "\n" + CudaLibraries.load().description())
        .run();
  }

  static String words(NvidiaGpu gpu) {
    String memory =
        gpu.memoryMebibytes().isPresent()
            ? Words.bytes(gpu.memoryMebibytes().getAsLong() * BYTES_PER_MEBIBYTE)
            : "the machine's memory";
    return gpu.index()
        + ": "
        + gpu.name()
        + ", "
        + memory
        + ", driver "
        + gpu.driver()
        + ", compute capability "
        + gpu.capability()
        + (CudaGpus.serves(gpu.capability())
            ? " (the backend cuda computes on it"
            : " (too old for the backend cuda")
        + (CudaGpus.serves(gpu.capability()) && !CudaGpus.servesBf16(gpu.capability())
            ? " in f32"
            : "")
        + (Nd4jCudaSupport.serves(gpu.capability())
            ? ", ND4J built with -Pnd4j-cuda does)"
            : ", ND4J cannot)");
  }
}
