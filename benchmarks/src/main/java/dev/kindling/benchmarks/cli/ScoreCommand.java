package dev.kindling.benchmarks.cli;

import dev.kindling.benchmarks.process.KindlingCommand;
import dev.kindling.benchmarks.report.Figure;
import dev.kindling.benchmarks.report.JsonRows;
import dev.kindling.benchmarks.report.Machine;
import dev.kindling.benchmarks.score.ScoringProcess;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** How fast a corpus is scored. */
@Command(
    name = "score",
    description = {
      "Scores a text with a GPT of 23 M parameters on executors of this machine, as a user does,"
          + " beside forward passes of full batches: what reading, tokenizing, packing and Spark"
          + " cost; and two executors beside one. Throughput is that of what the whole text takes"
          + " more than a quarter of it, without the start."
    },
    footer = {"Example:", "  benchmark score --text tinyshakespeare.txt --json score.json"})
final class ScoreCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--text",
      paramLabel = "FILE",
      required = true,
      description = "What is scored: a megabyte of English or more.")
  private Path text;

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
            Files.createDirectories(work.toAbsolutePath()), "kindling-benchmark-score");
    err.println("runs and logs: " + directory);
    ScoringProcess process = new ScoringProcess(KindlingCommand.installed(), directory);
    process.prepare(text.toAbsolutePath());
    List<Figure> figures = process.measure();
    PrintWriter out = spec.commandLine().getOut();
    out.println(Machine.describe(1));
    out.println();
    out.print(Figure.table(figures));
    out.flush();
    if (json != null) {
      JsonRows.write(json, figures);
    }
    return Benchmark.OK;
  }
}
