package dev.kindling.spark.doctor;

import dev.kindling.model.backend.nd4j.Nd4jRuntime;
import dev.kindling.model.backend.onednn.OneDnnRuntime;
import dev.kindling.spark.parallel.KernelSettings;
import dev.kindling.spark.report.Words;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Examines the machine and the process that it runs in. */
public final class Doctor {
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
    findings.addAll(GpuFindings.all());
    findings.add(
        new BackendCheck("onednn", onCpu("onednn", numThreads), () -> oneDnn(numThreads)).run());
    findings.add(new BackendCheck("nd4j", onCpu("nd4j", numThreads), () -> nd4j(numThreads)).run());
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

  private static KernelSettings onCpu(String backend, int numThreads) {
    return new KernelSettings(backend, numThreads, Optional.empty());
  }

  private static String oneDnn(int numThreads) {
    OneDnnRuntime runtime = OneDnnRuntime.load();
    return "oneDNN "
        + runtime.version()
        + ", machine code for "
        + runtime.instructionSet()
        + ", "
        + Words.count(numThreads, "thread");
  }

  private static String nd4j(int numThreads) {
    Nd4jRuntime runtime = Nd4jRuntime.load();
    return "ND4J's "
        + runtime.backend()
        + " on "
        + runtime.blasVendor()
        + ", "
        + Words.count(numThreads, "thread");
  }
}
