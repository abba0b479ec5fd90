package dev.kindling.spark.cli;

import dev.kindling.spark.doctor.Doctor;
import dev.kindling.spark.doctor.Finding;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Examines this machine. */
@Command(
    name = "doctor",
    description = {
      "Examines this machine: Java, Spark, CPU and GPUs, and which kernels load and compute right on"
          + " it. Takes less than a minute and writes nothing but kernels compiled for its GPUs. Run it where executors run, too.",
      "Ends with exit code 1 if something that was found cannot be used, such as a GPU that the"
          + " kernels of this build were not compiled for."
    },
    footer = {"Example:", "  kindling doctor --threads 4"})
final class DoctorCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads that kernels are tested with (default: one a core).")
  private int threads = Runtime.getRuntime().availableProcessors();

  @Override
  public Integer call() {
    Console console = Console.on(spec.commandLine().getOut());
    List<Finding> findings = Doctor.examine(threads);
    findings.forEach(finding -> print(console, finding));
    List<String> unusable =
        findings.stream().filter(finding -> !finding.usable()).map(Finding::what).toList();
    if (unusable.isEmpty()) {
      console.line("Everything that was looked at can be used.");
      return Kindling.OK;
    }
    console.line("Not usable here: %s", String.join(", ", unusable));
    return Kindling.FAILED;
  }

  private static void print(Console console, Finding finding) {
    String head = finding.usable() ? finding.what() : finding.what() + " !";
    for (String line : finding.text().lines().toList()) {
      console.line("%-10s %s", head, line);
      head = "";
    }
  }
}
