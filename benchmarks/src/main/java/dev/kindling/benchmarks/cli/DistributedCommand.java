package dev.kindling.benchmarks.cli;

import dev.kindling.benchmarks.distributed.AllReduceProcess;
import dev.kindling.benchmarks.distributed.TrainedRun;
import dev.kindling.benchmarks.distributed.TrainingProcess;
import dev.kindling.benchmarks.process.MeasurementFailedException;
import dev.kindling.benchmarks.report.Machine;
import dev.kindling.benchmarks.report.TextTable;
import dev.kindling.spark.communicate.GroupKey;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
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
          + " rounds of averaging, two replicas beside one, a pipeline beside one rank, an"
          + " all-reduce beside a plain copy, and with --text how replicas converge."
    },
    footer = {
      "Examples:",
      "  benchmark distributed",
      "  benchmark distributed --text tinyshakespeare.txt --work /data/benchmark"
    })
final class DistributedCommand implements Callable<Integer> {
  private static final List<String> MODEL =
      List.of(
          "training.backend=onednn",
          "model.numLayers=6",
          "model.numHeads=8",
          "model.embeddingSize=512",
          "model.contextLength=128",
          "training.evaluateEverySteps=0",
          "checkpoint.everyRounds=20");
  private static final int LOCAL_STEPS = 50;
  private static final int NUM_ROUNDS = 3;
  private static final int VOCAB_SIZE = 8192;
  private static final int REDUCED_FLOATS = 23_000_000;
  private static final int REDUCTIONS = 12;
  private static final int PIPELINE_STAGES = 2;
  private static final int MICRO_BATCHES = 8;

  @Spec private CommandSpec spec;

  @Option(
      names = "--text",
      paramLabel = "FILE",
      description =
          "Also compare how replicas converge on this text, with conf/pretrain/char-nano.")
  private Path text;

  @Option(
      names = "--work",
      paramLabel = "DIR",
      description = "Where runs go (default: a directory among the temporary files).")
  private Path work;

  @Override
  public Integer call() throws IOException, InterruptedException {
    PrintWriter err = spec.commandLine().getErr();
    Machine.busy().ifPresent(err::println);
    Path directory =
        Files.createTempDirectory(
            work == null ? Path.of(System.getProperty("java.io.tmpdir")) : work.toAbsolutePath(),
            "distributed-");
    TrainingProcess process =
        new TrainingProcess(Path.of(System.getProperty("kindling.benchmarks.launcher")), directory);
    TextTable table = new TextTable("measured", "figure", "target");
    allReduce(directory, table);
    Path tokens = tokens(process);
    averaging(process, tokens, table, err);
    pipeline(process, tokens, table, err);
    if (text != null) {
      convergence(process, table, err);
    }
    PrintWriter out = spec.commandLine().getOut();
    out.println(Machine.describe(1));
    out.println();
    out.print(table);
    out.flush();
    return Benchmark.OK;
  }

  private static Path tokens(TrainingProcess process) throws IOException, InterruptedException {
    Path work = process.work();
    String vocabulary = "tokenizer.vocabSize=" + VOCAB_SIZE;
    process.run("sample", List.of("sample-corpus", "--output", work.resolve("raw").toString()));
    process.run(
        "clean",
        List.of(
            "clean",
            "--input",
            work.resolve("raw").toString(),
            "--output",
            work.resolve("documents").toString()));
    process.run(
        "tokenizer",
        List.of(
            "tokenizer",
            "--input",
            work.resolve("documents").toString(),
            "--output",
            work.resolve("tokenizer").toString(),
            "--set",
            vocabulary));
    process.run(
        "tokenize",
        List.of(
            "tokenize",
            "--input",
            work.resolve("documents").toString(),
            "--tokenizer",
            work.resolve("tokenizer").toString(),
            "--output",
            work.resolve("tokens").toString()));
    return work.resolve("tokens");
  }

  private static void averaging(
      TrainingProcess process, Path tokens, TextTable table, PrintWriter err)
      throws IOException, InterruptedException {
    TrainedRun two =
        process.train(
            "two-replicas",
            tokens,
            2,
            1,
            settings("training.batchSize=4", "parallel.dataParallel=2", rounds(NUM_ROUNDS)));
    err.printf(Locale.ROOT, "two replicas: %.0f tokens/s%n", two.tokensPerSecond());
    TrainedRun one =
        process.train(
            "one-replica",
            tokens,
            1,
            2,
            settings("training.batchSize=8", "parallel.dataParallel=1", rounds(NUM_ROUNDS)));
    err.printf(Locale.ROOT, "one replica: %.0f tokens/s%n", one.tokensPerSecond());
    String size = String.format(Locale.ROOT, "%.1f M", two.numParameters() / 1e6);
    table.row(
        "averaging of " + size + " parameters, " + LOCAL_STEPS + " steps: part not local steps",
        percent(two.overhead()),
        "at most 5 %");
    table.row(
        "bytes moved per round and replica, of the parameters'",
        number(two.bytesPerParameterBytes(2)),
        "at most 2.2");
    table.row(
        "two replicas of one core beside one of two cores: throughput",
        number(two.tokensPerSecond() / one.tokensPerSecond()),
        "at least 0.95");
  }

  private static void pipeline(
      TrainingProcess process, Path tokens, TextTable table, PrintWriter err)
      throws IOException, InterruptedException {
    String batch = "training.batchSize=16";
    String parts = "parallel.microBatches=" + MICRO_BATCHES;
    String steps = "dataParallelism.localSteps=10";
    TrainedRun alone =
        process.train(
            "one-stage", tokens, 1, 1, settings(batch, parts, steps, "training.steps=30"));
    TrainedRun stages =
        process.train(
            "two-stages",
            tokens,
            PIPELINE_STAGES,
            1,
            settings(
                batch,
                parts,
                steps,
                "training.steps=30",
                "parallel.pipelineParallel=" + PIPELINE_STAGES));
    double speedUp = stages.tokensPerComputeSecond() / alone.tokensPerComputeSecond();
    err.printf(Locale.ROOT, "pipeline: %.2f times one rank%n", speedUp);
    double bubble = 1 - speedUp / PIPELINE_STAGES;
    double ideal = (PIPELINE_STAGES - 1.0) / (MICRO_BATCHES + PIPELINE_STAGES - 1);
    table.row(
        "pipeline of 2 stages, 8 micro-batches: part of the two ranks that is not used",
        percent(bubble),
        String.format(Locale.ROOT, "%.1f %% (bubble), and at most 5 more", 100 * ideal));
  }

  private void convergence(TrainingProcess process, TextTable table, PrintWriter err)
      throws IOException, InterruptedException {
    Path work = process.work();
    String recipe = process.launcher().resolveSibling("../conf/pretrain/char-nano.yaml").toString();
    List<String> config = List.of("--config", recipe);
    process.run(
        "char-documents",
        with(config, "clean", "--input", text.toString(), "--output", work + "/char-documents"));
    process.run(
        "char-tokenizer",
        with(
            config,
            "tokenizer",
            "--input",
            work + "/char-documents",
            "--output",
            work + "/char-tokenizer"));
    process.run(
        "char-tokens",
        with(
            config,
            "tokenize",
            "--input",
            work + "/char-documents",
            "--tokenizer",
            work + "/char-tokenizer",
            "--output",
            work + "/char-tokens"));
    double one = converge(process, config, "synchronous", "dataParallelism.mode=synchronous");
    err.printf(Locale.ROOT, "synchronous: %.4f%n", one);
    double diloco =
        converge(
            process,
            config,
            "diloco",
            "dataParallelism.outer.learningRate=0.7",
            "dataParallelism.outer.momentum=0.9",
            "dataParallelism.outer.nesterov=true");
    double plain = converge(process, config, "plain");
    String what = "validation loss of char-nano, 4 replicas, equal tokens: ";
    table.row(what + "synchronous", number(one), "");
    table.row(what + "DiLoCo, 20 local steps", number(diloco), "within 3 % of synchronous");
    table.row(what + "plain averaging, 20 local steps", number(plain), "");
  }

  /** Four replicas on two cores, each with a quarter of the recipe's batch. */
  private static double converge(
      TrainingProcess process, List<String> config, String name, String... settings)
      throws IOException, InterruptedException {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--conf",
                "spark.master=local[4]",
                "pretrain",
                "--input",
                process.work() + "/char-tokens",
                "--output",
                process.work().resolve("char-" + name).toString()));
    arguments.addAll(config);
    List<String> all =
        new ArrayList<>(
            List.of(
                "parallel.dataParallel=4",
                "training.batchSize=3",
                "dataParallelism.localSteps=20",
                "checkpoint.everyRounds=20"));
    all.addAll(Arrays.asList(settings));
    for (String setting : all) {
      arguments.add("--set");
      arguments.add(setting);
    }
    process.run("char-" + name, arguments);
    return process.read("char-" + name).validationLoss();
  }

  private static List<String> with(List<String> config, String... arguments) {
    List<String> all = new ArrayList<>(Arrays.asList(arguments));
    all.addAll(config);
    return all;
  }

  private static void allReduce(Path directory, TextTable table)
      throws IOException, InterruptedException {
    GroupKey key = GroupKey.random();
    List<Process> processes = new ArrayList<>();
    for (int rank = 0; rank < 2; rank++) {
      List<String> command =
          List.of(
              Path.of(System.getProperty("java.home"), "bin", "java").toString(),
              "-Dorg.bytedeco.javacpp.maxbytes=0",
              "-Dorg.bytedeco.javacpp.maxphysicalbytes=0",
              "-Xmx1g",
              "-cp",
              System.getProperty("java.class.path"),
              AllReduceProcess.class.getName(),
              String.valueOf(rank),
              directory.toString(),
              key.encoded(),
              String.valueOf(REDUCED_FLOATS),
              String.valueOf(REDUCTIONS));
      processes.add(
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
    }
    List<String> lines = processes.get(0).inputReader().lines().toList();
    for (Process each : processes) {
      if (each.waitFor() != 0) {
        throw new MeasurementFailedException("an all-reduce ended with " + each.exitValue());
      }
    }
    double reduced = median(lines, 0);
    double copied = median(lines, 1);
    double gigabytes = 4.0 * REDUCED_FLOATS / 1e9;
    table.row(
        String.format(
            Locale.ROOT,
            "all-reduce of %.0f MB over loopback (%.2f GB/s) beside a copy (%.2f GB/s)",
            1000 * gigabytes,
            gigabytes / reduced,
            gigabytes / copied),
        number(copied / reduced),
        "at least 0.7");
  }

  private static double median(List<String> lines, int column) {
    double[] values =
        lines.stream()
            .mapToDouble(line -> Double.parseDouble(line.split(" ", -1)[column]))
            .toArray();
    Arrays.sort(values);
    return values[values.length / 2];
  }

  private static String rounds(int numRounds) {
    return "training.steps=" + numRounds * LOCAL_STEPS;
  }

  private static List<String> settings(String... more) {
    List<String> settings = new ArrayList<>(MODEL);
    settings.add("dataParallelism.localSteps=" + LOCAL_STEPS);
    settings.addAll(Arrays.asList(more));
    return settings;
  }

  private static String percent(double part) {
    return String.format(Locale.ROOT, "%.1f %%", 100 * part);
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.3f", value);
  }
}
