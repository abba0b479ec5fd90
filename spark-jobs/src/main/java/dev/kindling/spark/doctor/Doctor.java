package dev.kindling.spark.doctor;

import dev.kindling.model.backend.gpu.NvidiaGpu;
import dev.kindling.model.backend.gpu.NvidiaSmi;
import dev.kindling.model.backend.nd4j.Nd4jCudaSupport;
import dev.kindling.model.backend.nd4j.Nd4jRuntime;
import dev.kindling.model.backend.onednn.OneDnnRuntime;
import dev.kindling.spark.report.Words;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Examines the machine and the process that it runs in. */
public final class Doctor {
  private static final long BYTES_PER_MEBIBYTE = 1 << 20;

  private Doctor() {}

  /**
   * Everything that was found, in the order to tell it.
   *
   * @param numThreads that kernels are tested with
   */
  public static List<Finding> examine(int numThreads) {
    List<Finding> findings = new ArrayList<>();
    findings.add(java());
    findings.add(spark());
    findings.add(machine());
    findings.add(gpus());
    findings.add(new BackendCheck("onednn", numThreads, Doctor::oneDnn).run());
    findings.add(new BackendCheck("nd4j", numThreads, Doctor::nd4j).run());
    return findings;
  }

  private static Finding java() {
    String text =
        System.getProperty("java.runtime.version")
            + " ("
            + System.getProperty("java.vendor")
            + "), heap of "
            + Words.bytes(Runtime.getRuntime().maxMemory());
    return Runtime.version().feature() < 17
        ? Finding.bad("java", text + ": 17 or newer is needed")
        : Finding.good("java", text);
  }

  private static Finding spark() {
    return Finding.good(
        "spark",
        org.apache.spark.package$.MODULE$.SPARK_VERSION()
            + ", Scala "
            + scala.util.Properties.versionNumberString());
  }

  private static Finding machine() {
    String system =
        System.getProperty("os.name")
            + " "
            + System.getProperty("os.version")
            + ", "
            + System.getProperty("os.arch")
            + ", "
            + Words.count(Runtime.getRuntime().availableProcessors(), "core");
    return Finding.good(
        "machine",
        CpuFeatures.ofThisMachine()
            .map(
                cpu ->
                    system
                        + System.lineSeparator()
                        + cpu.model()
                        + ": "
                        + String.join(", ", cpu.instructionSets()))
            .orElse(system));
  }

  private static String oneDnn() {
    OneDnnRuntime runtime = OneDnnRuntime.load();
    return "oneDNN " + runtime.version() + ", machine code for " + runtime.instructionSet();
  }

  private static String nd4j() {
    Nd4jRuntime runtime = Nd4jRuntime.load();
    return "ND4J's " + runtime.backend() + " on " + runtime.blasVendor();
  }

  private static Finding gpus() {
    List<NvidiaGpu> gpus;
    try {
      gpus = NvidiaSmi.gpus();
    } catch (IllegalStateException e) {
      return Finding.bad("gpu", e.getMessage());
    }
    if (gpus.isEmpty()) {
      return Finding.good("gpu", "none: there is no nvidia-smi, or it finds no driver or device");
    }
    return Finding.good(
        "gpu", gpus.stream().map(Doctor::gpu).collect(Collectors.joining(System.lineSeparator())));
  }

  private static String gpu(NvidiaGpu gpu) {
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
        + (Nd4jCudaSupport.serves(gpu.capability())
            ? " (ND4J built with -Pnd4j-cuda computes on it)"
            : " (ND4J cannot compute on it)");
  }
}
