package dev.kindling.benchmarks.cli;

import dev.kindling.benchmarks.report.JsonRows;
import dev.kindling.benchmarks.report.Machine;
import dev.kindling.benchmarks.report.TextTable;
import dev.kindling.benchmarks.tokenizer.BenchmarkTexts;
import dev.kindling.benchmarks.tokenizer.EncoderComparison;
import dev.kindling.benchmarks.tokenizer.EncodingSpeed;
import dev.kindling.data.InvalidInputException;
import dev.kindling.data.tokenizer.Tokenizer;
import dev.kindling.data.tokenizer.TokenizerConfig;
import dev.kindling.data.tokenizer.TokenizerLearner;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Text to ids. */
@Command(
    name = "tokenizer",
    description = {
      "How fast text becomes token ids on one core, beside Hugging Face's tokenizer, which is written"
          + " in Rust. A vocabulary of each kind is learned from the text; both read the same"
          + " tokenizer.json, and all their ids are compared. The ratio is Kindling's speed to that"
          + " of the row."
    },
    footer = {
      "Examples:",
      "  benchmark tokenizer",
      "  benchmark tokenizer --input text.txt --kinds byte-level-bpe,wordpiece --json tokenizer.json"
    })
final class TokenizerCommand implements Callable<Integer> {
  private static final int MIN_FREQUENCY = 2;

  /** Of processor time for each encoder in a round. */
  private static final double SECONDS = 1;

  @Spec private CommandSpec spec;

  @Option(
      names = "--input",
      paramLabel = "FILE",
      description =
          "The text, in UTF-8 (default: 9 MB of made-up words, as frequent as real ones).")
  private Path input;

  @Option(
      names = "--kinds",
      paramLabel = "NAME",
      split = ",",
      description = "Which kinds: ${COMPLETION-CANDIDATES} (default: all).",
      completionCandidates = Kinds.class)
  private List<String> kinds = TokenizerLearner.KINDS;

  @Option(
      names = "--vocab-size",
      paramLabel = "N",
      description = "How many ids to learn (default: ${DEFAULT-VALUE}).")
  private int vocabSize = 32_000;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      description =
          "How often all are measured in turn, for a second of processor time each (default:"
              + " ${DEFAULT-VALUE}).")
  private int numRounds = 5;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Also write the table to FILE, as a list of rows.")
  private Path json;

  /** For the help. */
  static final class Kinds implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return TokenizerLearner.KINDS.iterator();
    }
  }

  @Override
  public Integer call() throws IOException {
    if (numRounds < 1) {
      throw new IllegalArgumentException("--rounds is " + numRounds + ": it must be 1 or more");
    }
    PrintWriter err = spec.commandLine().getErr();
    Machine.busy().ifPresent(err::println);
    List<String> texts = input == null ? BenchmarkTexts.madeUp() : BenchmarkTexts.of(input);
    List<EncodingSpeed> rows = new ArrayList<>();
    Path directory = Files.createTempDirectory("kindling-benchmark");
    EncoderComparison comparison = new EncoderComparison(numRounds, SECONDS, directory);
    try {
      for (String kind : kinds) {
        err.printf("%s: learning a vocabulary ...%n", kind);
        Tokenizer tokenizer = learn(kind, texts);
        err.printf(
            "%s: measuring with %d ids, %d rounds ...%n", kind, tokenizer.vocabSize(), numRounds);
        rows.addAll(comparison.measure(kind, tokenizer, texts));
      }
    } finally {
      delete(directory);
    }
    print(rows);
    return Benchmark.OK;
  }

  private Tokenizer learn(String kind, List<String> texts) {
    try {
      return TokenizerLearner.learn(
          new TokenizerConfig(kind, vocabSize, MIN_FREQUENCY, true), texts);
    } catch (InvalidInputException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  private void print(List<EncodingSpeed> rows) throws IOException {
    TextTable table =
        new TextTable("kind", "encoder", "tokens/s", "MB/s", "slowest", "fastest", "ratio");
    for (EncodingSpeed row : rows) {
      table.row(
          row.kind(),
          row.encoder(),
          String.format(Locale.ROOT, "%.0f", row.tokensPerSecond()),
          String.format(Locale.ROOT, "%.2f", row.megabytesPerSecond()),
          String.format(Locale.ROOT, "%.2f", row.slowestMegabytesPerSecond()),
          String.format(Locale.ROOT, "%.2f", row.fastestMegabytesPerSecond()),
          String.format(Locale.ROOT, "%.2f", row.ratio()));
    }
    PrintWriter out = spec.commandLine().getOut();
    out.println(Machine.describe(1));
    out.println();
    out.print(table);
    out.flush();
    if (json != null) {
      JsonRows.write(json, rows);
    }
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> paths = Files.walk(directory)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
