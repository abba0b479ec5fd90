package dev.kindling.spark.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** One small quickstart for all tests of this JVM that need the output of every step. */
public final class TinyQuickstart {
  private static TinyQuickstart instance;

  private final Path directory;
  private final CommandLineRun run;

  private TinyQuickstart(Path directory) {
    this.directory = directory;
    this.run = CommandLineRun.kindling(command());
  }

  /** The quickstart, run when it is first asked for. Its files are read-only by agreement. */
  public static synchronized TinyQuickstart get() {
    if (instance == null) {
      try {
        Path parent = Files.createTempDirectory("tiny-quickstart");
        Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(parent)));
        instance = new TinyQuickstart(parent.resolve("out"));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return instance;
  }

  /** The command line that made it. */
  public Object[] command() {
    return command(directory, "local[2]").toArray();
  }

  /** What the command line printed. */
  public CommandLineRun run() {
    return run;
  }

  /** The output directory of one step: corpus, documents, tokenizer, tokens, run or scores. */
  public Path step(String name) {
    return directory.resolve(name);
  }

  /** A copy that a test may damage. */
  public static Path copy(Path from, Path to) throws IOException {
    try (Stream<Path> paths = Files.walk(from)) {
      for (Path path : paths.toList()) {
        Files.copy(path, to.resolve(from.relativize(path).toString()));
      }
    }
    return to;
  }

  /** Every file below a directory with its content, as one comparable value. */
  public static SortedMap<String, String> contents(Path directory) throws IOException {
    SortedMap<String, String> contents = new TreeMap<>();
    if (Files.exists(directory)) {
      try (Stream<Path> paths = Files.walk(directory)) {
        for (Path path : paths.filter(Files::isRegularFile).toList()) {
          contents.put(
              directory.relativize(path).toString(),
              HexFormat.of().formatHex(Files.readAllBytes(path)));
        }
      }
    }
    return contents;
  }

  /** Turns one byte in the middle of a file over. */
  public static void flipByte(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);
  }

  /** The command line of such a quickstart elsewhere. */
  static List<Object> command(Path output, String master) {
    List<Object> command =
        new ArrayList<>(
            List.of("quickstart", "--documents", 120, "--output", output, "--master", master));
    for (String setting :
        List.of(
            "tokenizer.vocabSize=400",
            "tokenize.validation.fraction=0.1",
            "model.contextLength=32",
            "model.numLayers=1",
            "model.numHeads=2",
            "model.embeddingSize=32",
            "training.steps=60",
            "training.batchSize=8",
            "training.optimizer.learningRate=0.01",
            "training.optimizer.warmupSteps=5",
            "parallel.dataParallel=2",
            "dataParallelism.localSteps=20",
            "generate.maxNewTokens=20")) {
      command.add("--set");
      command.add(setting);
    }
    return command;
  }

  private static void delete(Path directory) {
    try (Stream<Path> paths = Files.walk(directory)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
