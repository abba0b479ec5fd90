package dev.kindling.benchmarks.cli;

import dev.kindling.benchmarks.gpu.GpuComparison;
import dev.kindling.benchmarks.gpu.GpuProfile;
import dev.kindling.benchmarks.gpu.GpuReport;
import dev.kindling.benchmarks.gpu.GpuRun;
import dev.kindling.benchmarks.gpu.GpuTask;
import dev.kindling.benchmarks.gpu.PyTorchPeer;
import dev.kindling.benchmarks.report.JsonRows;
import dev.kindling.benchmarks.report.Machine;
import dev.kindling.model.backend.gpu.NvidiaSmi;
import dev.kindling.model.train.Precision;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Training steps and scoring on a GPU. */
@Command(
    name = "gpu",
    description = {
      "Training steps and scoring on the machine's GPU, beside plain PyTorch (torch.compile, fused"
          + " AdamW, scaled_dot_product_attention) on the same models, batches and GPU. The share"
          + " of the GPU's speed (MFU) is of its fastest product of large matrices, measured in the"
          + " same run."
    },
    footer = {
      "Examples:",
      "  benchmark gpu --json gpu.json",
      "  benchmark gpu --tasks gpt2-124m --engines kindling --profile",
      "  benchmark gpu --tasks tiny,tiny-scoring --engines kindling --backend onednn --matmul-size"
          + " 256"
    })
final class GpuCommand implements Callable<Integer> {
  private static final List<String> ENGINES = List.of("kindling", "pytorch");

  @Spec private CommandSpec spec;

  @Option(
      names = "--tasks",
      paramLabel = "NAME",
      split = ",",
      description = "What is measured: ${COMPLETION-CANDIDATES} (default: all but the tiny ones).",
      completionCandidates = GpuTask.Names.class)
  private List<String> tasks = GpuTask.defaultNames();

  @Option(
      names = "--engines",
      paramLabel = "NAME",
      split = ",",
      description = "kindling, pytorch or both (default: both).")
  private List<String> engines = ENGINES;

  @Option(
      names = "--backend",
      paramLabel = "NAME",
      description = "Kindling's backend (default: ${DEFAULT-VALUE}).")
  private String backend = "cuda";

  @Option(
      names = "--precision",
      paramLabel = "NAME",
      description = "What matmuls multiply: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private Precision precision = Precision.BF16;

  @Option(
      names = "--batch",
      paramLabel = "N",
      description = "Sequences of a batch (default: each task's own, less where memory is short).")
  private Integer batch;

  @Option(
      names = "--steps",
      paramLabel = "N",
      description = "Repetitions that are timed, after the warm-up (default: ${DEFAULT-VALUE}).")
  private int numSteps = 20;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      description = "The most that a task may take an engine (default: ${DEFAULT-VALUE}).")
  private int seconds = 120;

  @Option(
      names = "--matmul-size",
      paramLabel = "N",
      description = "Rows and columns of the matrices of the limit (default: ${DEFAULT-VALUE}).")
  private int matmulSize = 8192;

  @Option(
      names = "--python",
      paramLabel = "PROGRAM",
      description = "The Python that has PyTorch (default: ${DEFAULT-VALUE}).")
  private String python = "python3";

  @Option(
      names = "--profile",
      description = "Where Kindling's time goes instead, kernel by kernel, waiting for each.")
  private boolean profile;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Also write the table to FILE, as a list of rows.")
  private Path json;

  /** The command as a program of its own, where there is nothing but a GPU. */
  public static void main(String[] args) {
    Benchmark.exit(new GpuCommand(), args);
  }

  @Override
  public Integer call() throws IOException {
    List<GpuTask> chosen = tasks.stream().map(GpuTask::named).map(this::sized).distinct().toList();
    requireKnown(engines);
    GpuRun run =
        new GpuRun(
            backend,
            precision,
            CommonOptions.requirePositive("--steps", numSteps),
            CommonOptions.requirePositive("--matmul-size", matmulSize),
            Duration.ofSeconds(CommonOptions.requirePositive("--seconds", seconds)));
    return profile ? profile(run, chosen) : compare(run, chosen);
  }

  private int compare(GpuRun run, List<GpuTask> chosen) throws IOException {
    Optional<PyTorchPeer> peer =
        engines.contains("pytorch") ? Optional.of(PyTorchPeer.installed(python)) : Optional.empty();
    GpuReport report =
        new GpuComparison(
                run, peer, engines.contains("kindling"), spec.commandLine().getErr()::println)
            .measure(chosen);
    print(report.conditions(), report.table());
    if (json != null) {
      JsonRows.write(json, report.rows());
    }
    return report.isComplete() ? Benchmark.OK : Benchmark.FAILED;
  }

  private int profile(GpuRun run, List<GpuTask> chosen) throws IOException {
    GpuProfile measured = GpuProfile.measure(run, chosen);
    print("", measured.table());
    if (json != null) {
      JsonRows.write(json, measured.rows());
    }
    return Benchmark.OK;
  }

  private void print(String conditions, String table) {
    PrintWriter out = spec.commandLine().getOut();
    NvidiaSmi.gpus().forEach(gpu -> out.println(gpu.name() + ", driver " + gpu.driver()));
    out.println(Machine.describe(1));
    out.println(conditions);
    out.println();
    out.print(table);
    out.flush();
  }

  private GpuTask sized(GpuTask task) {
    return batch == null ? task : task.withBatch(CommonOptions.requirePositive("--batch", batch));
  }

  private static void requireKnown(List<String> engines) {
    for (String engine : engines) {
      if (!ENGINES.contains(engine)) {
        throw new IllegalArgumentException(
            "No engine is named " + engine + ": choose from " + String.join(", ", ENGINES));
      }
    }
  }
}
