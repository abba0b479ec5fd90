package dev.kindling.benchmarks.cli;

import dev.kindling.benchmarks.corpus.Corpus;
import dev.kindling.benchmarks.corpus.CorpusRecipe;
import dev.kindling.benchmarks.corpus.CorpusSummary;
import dev.kindling.benchmarks.data.DataReport;
import dev.kindling.benchmarks.data.DataStage;
import dev.kindling.benchmarks.data.StageMeasurement;
import dev.kindling.benchmarks.data.StageProcess;
import dev.kindling.benchmarks.process.KindlingCommand;
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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The data pipeline, stage by stage. */
@Command(
    name = "data",
    description = {
      "Makes a web crawl up, then runs every stage of the data pipeline over it as a user does, each"
          + " as a process of its own on two executors of one core, beside a plain word count over"
          + " the same files."
    },
    footer = {
      "Examples:",
      "  benchmark data",
      "  benchmark data --gigabytes 4 --work /data/benchmark --json data.json"
    })
final class DataCommand implements Callable<Integer> {
  private static final int NUM_EXECUTORS = 2;
  private static final Pattern HEAP = Pattern.compile("([1-9][0-9]*)([mg])");

  @Spec private CommandSpec spec;

  @Option(
      names = "--gigabytes",
      paramLabel = "N",
      description =
          "The size of the crawl before compression, in 10^9 bytes (default: ${DEFAULT-VALUE}).")
  private double gigabytes = 1;

  @Option(
      names = "--work",
      paramLabel = "DIR",
      description =
          "Where the crawl goes, which is used again, and a directory for each run (default: one"
              + " among the temporary files).")
  private Path work;

  @Option(
      names = "--heap",
      paramLabel = "SIZE",
      description = "Heap of an executor, such as 1500m or 2g (default: ${DEFAULT-VALUE}).")
  private String heap = "2g";

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Also write the table to FILE, as a list of rows.")
  private Path json;

  @Override
  public Integer call() throws IOException, InterruptedException {
    StageProcess process =
        new StageProcess(
            KindlingCommand.installed(),
            required("kindling.benchmarks.classes"),
            NUM_EXECUTORS,
            megabytes(heap));
    PrintWriter err = spec.commandLine().getErr();
    Machine.busy().ifPresent(err::println);
    Path directory = directory();
    CorpusSummary corpus = Corpus.write(recipe(), directory.resolve("corpus"));
    err.printf(
        Locale.ROOT,
        "%.3f GB, %d documents in %s: %d exact and %d near-duplicates, %d menus, %d broken%n",
        corpus.bytes() / 1e9,
        corpus.recipe().numDocuments(),
        directory,
        corpus.exactDuplicates(),
        corpus.nearDuplicates(),
        corpus.menus(),
        corpus.broken());
    Path run = Files.createTempDirectory(directory, "run-");
    List<StageMeasurement> measured = new ArrayList<>();
    for (DataStage stage : DataStage.ALL) {
      StageMeasurement measurement = process.run(stage, directory.resolve("corpus"), run);
      measured.add(measurement);
      err.printf(Locale.ROOT, "%s: %.1f s%n", stage.name(), measurement.seconds());
    }
    print(new DataReport(corpus, measured, NUM_EXECUTORS));
    return Benchmark.OK;
  }

  private void print(DataReport report) throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    out.println(Machine.describe(NUM_EXECUTORS));
    out.printf(
        Locale.ROOT,
        "%.3f GB, %d executors of 1 core and %s%n%n",
        report.corpus().bytes() / 1e9,
        NUM_EXECUTORS,
        heap);
    out.print(report.table());
    out.println();
    out.print(report.targets());
    out.flush();
    if (json != null) {
      JsonRows.write(json, report.rows());
    }
  }

  private CorpusRecipe recipe() {
    if (!(gigabytes > 0)) {
      throw new IllegalArgumentException("--gigabytes is " + gigabytes + ": it must be above 0");
    }
    return CorpusRecipe.ofBytes((long) (gigabytes * 1e9));
  }

  private Path directory() throws IOException {
    return work == null
        ? Files.createTempDirectory("kindling-benchmark-data")
        : Files.createDirectories(work).toAbsolutePath();
  }

  private static int megabytes(String heap) {
    Matcher size = HEAP.matcher(heap);
    if (!size.matches()) {
      throw new IllegalArgumentException("--heap is " + heap + ": give a size such as 1500m or 2g");
    }
    return Integer.parseInt(size.group(1)) * (size.group(2).equals("g") ? 1024 : 1);
  }

  private static String required(String property) {
    String value = System.getProperty(property);
    if (value == null) {
      throw new IllegalArgumentException(
          "the system property " + property + " is not set: run this through bin/benchmark");
    }
    return value;
  }
}
