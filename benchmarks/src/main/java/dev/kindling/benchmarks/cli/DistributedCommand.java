package dev.kindling.benchmarks.cli;

import dev.kindling.benchmarks.distributed.Convergence;
import dev.kindling.benchmarks.distributed.SpreadModel;
import dev.kindling.benchmarks.distributed.TrainingProcess;
import dev.kindling.benchmarks.process.KindlingCommand;
import dev.kindling.benchmarks.report.Figure;
import dev.kindling.benchmarks.report.JsonRows;
import dev.kindling.benchmarks.report.Machine;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What spreading a model over executors costs. */
@Command(
    name = "distributed",
    description = {
      "Trains on executors of this machine, as a user does, and measures what spreading costs: the"
          + " rounds of averaging, two replicas beside one, a pipeline beside one rank, and how"
          + " replicas converge."
    },
    footer = {
      "Examples:",
      "  benchmark distributed --text tinyshakespeare.txt",
      "  benchmark distributed --text tinyshakespeare.txt --only pipeline --json pipeline.json"
    })
final class DistributedCommand implements Callable<Integer> {
  /** What can be measured alone. */
  enum Part {
    averaging,
    pipeline,
    convergence
  }

  @Spec private CommandSpec spec;

  @Option(
      names = "--text",
      paramLabel = "FILE",
      required = true,
      description = "What is trained on: a megabyte of English or more.")
  private Path text;

  @Option(
      names = "--only",
      paramLabel = "PART",
      split = ",",
      description = "Of ${COMPLETION-CANDIDATES} (default: all).")
  private List<Part> parts = List.of(Part.values());

  @Option(
      names = "--work",
      paramLabel = "DIR",
      description = "Where a directory for the runs is made (default: the temporary directory).")
  private Path work = Path.of(System.getProperty("java.io.tmpdir"));

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Also write the table to FILE, as a list of rows.")
  private Path json;

  @Override
  public Integer call() throws IOException, InterruptedException {
    PrintWriter err = spec.commandLine().getErr();
    if (!Files.isRegularFile(text)) {
      throw new IllegalArgumentException("--text is " + text + ": there is no such file");
    }
    Machine.busy().ifPresent(err::println);
    Path directory =
        Files.createTempDirectory(
            Files.createDirectories(work.toAbsolutePath()), "kindling-benchmark-distributed");
    err.println("runs and logs: " + directory);
    TrainingProcess process = new TrainingProcess(KindlingCommand.installed(), directory);
    List<Figure> figures = measure(process, text.toAbsolutePath(), err);
    print(figures);
    if (json != null) {
      JsonRows.write(json, figures);
    }
    return Benchmark.OK;
  }

  private List<Figure> measure(TrainingProcess process, Path given, PrintWriter err)
      throws IOException, InterruptedException {
    List<Figure> figures = new ArrayList<>();
    SpreadModel model = new SpreadModel(process);
    if (parts.contains(Part.averaging) || parts.contains(Part.pipeline)) {
      model.tokenize(given);
    }
    for (Part part : Part.values()) {
      if (!parts.contains(part)) {
        continue;
      }
      List<Figure> measured =
          switch (part) {
            case averaging -> model.averaging();
            case pipeline -> model.pipeline();
            case convergence -> new Convergence(process).measure(given);
          };
      measured.forEach(
          figure -> err.printf(Locale.ROOT, "%s: %.3f%n", figure.what(), figure.value()));
      figures.addAll(measured);
    }
    return figures;
  }

  private void print(List<Figure> figures) {
    PrintWriter out = spec.commandLine().getOut();
    out.println(Machine.describe(1));
    out.println();
    out.print(Figure.table(figures));
    out.flush();
  }
}
