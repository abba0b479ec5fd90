package dev.kindling.data.shard;

import static dev.kindling.data.CleanOutput.hadoopPath;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kindling.data.CleanOutput;
import dev.kindling.data.shard.TokenizeConfig.Validation;
import dev.kindling.data.tokenizer.TokenizerConfig;
import dev.kindling.data.tokenizer.TokenizerJob;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process of its own that tokenizes, and a real SIGKILL. */
class TokenizeRestartTest {
  private static final TokenizeConfig MANY_SHARDS =
      new TokenizeConfig(new Validation("document", 0.2), 400, 0, false);

  @TempDir Path directory;

  /** The process that is killed: takes documents, a tokenizer and where the shards go. */
  public static void main(String[] args) {
    try (SparkSession spark = CleanOutput.localSpark()) {
      TokenizeJob.run(
          spark,
          MANY_SHARDS,
          hadoopPath(Path.of(args[0])),
          hadoopPath(Path.of(args[1])),
          hadoopPath(Path.of(args[2])));
    }
  }

  @Test
  void aRunAfterOneThatWasKilledWritesTheMissingShardsAndTheSameBytes() throws Exception {
    List<String> texts =
        IntStream.range(0, 600)
            .mapToObj(i -> "Text %d says: ".formatted(i) + "磨坊 and bread. ".repeat(9 + i % 9))
            .toList();
    SparkSession spark = CleanOutput.localSpark();
    org.apache.hadoop.fs.Path documents =
        CleanOutput.write(spark, directory.resolve("documents"), texts, 3);
    org.apache.hadoop.fs.Path tokenizer = hadoopPath(directory.resolve("tokenizer"));
    TokenizerJob.run(
        spark, new TokenizerConfig("byte-level-bpe", 300, 2, true), documents, tokenizer);
    Path undisturbed = directory.resolve("undisturbed");
    TokenizeJob.run(spark, MANY_SHARDS, documents, tokenizer, hadoopPath(undisturbed));

    Path output = directory.resolve("output");
    killOnceSomeRangesAreFinished(output);
    Set<Object> finished = finishedShards(output);
    TokenizeJob.run(spark, MANY_SHARDS, documents, tokenizer, hadoopPath(output));

    Map<Path, Object> shards = shards(output);
    assertThat(finished).as("finished before the kill").hasSizeBetween(1, shards.size() - 1);
    assertThat(shards.values()).as("the same files, moved").containsAll(finished);
    assertThat(contents(output)).isEqualTo(contents(undisturbed));
    assertThat(output.resolve("_attempts")).doesNotExist();
  }

  private void killOnceSomeRangesAreFinished(Path output) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
            .filter(argument -> argument.startsWith("--add-") || argument.startsWith("-Xmx"))
            .toList());
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(TokenizeRestartTest.class.getName());
    for (String name : List.of("documents", "tokenizer")) {
      command.add(directory.resolve(name).toString());
    }
    command.add(output.toString());
    Path printed = directory.resolve("printed.txt");
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(printed.toFile())
            .start();
    try {
      while (finishedShards(output).isEmpty()) {
        assertThat(process.waitFor(2, TimeUnit.MILLISECONDS))
            .withFailMessage(() -> "it ended before it was killed; see " + printed)
            .isFalse();
      }
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  /** The files of shards whose ranges are noted as finished, by what identifies a file. */
  private static Set<Object> finishedShards(Path output) throws IOException {
    FileSystem fs = hadoopPath(output).getFileSystem(new Configuration());
    Set<Object> keys = new HashSet<>();
    org.apache.hadoop.fs.Path attempts = hadoopPath(output.resolve("_attempts"));
    for (List<WrittenShard> shards : FinishedRanges.find(fs, attempts).values()) {
      for (WrittenShard shard : shards) {
        keys.add(fileKey(Path.of(new org.apache.hadoop.fs.Path(shard.bin()).toUri().getPath())));
      }
    }
    return keys;
  }

  private static Map<Path, Object> shards(Path output) throws IOException {
    Map<Path, Object> keys = new TreeMap<>();
    try (Stream<Path> files = Files.list(output)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".bin")).toList()) {
        keys.put(file, fileKey(file));
      }
    }
    return keys;
  }

  private static Object fileKey(Path file) throws IOException {
    return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
  }

  /** All but Hadoop's checksums, by name, a character a byte. */
  private static Map<String, String> contents(Path output) throws IOException {
    Map<String, String> contents = new TreeMap<>();
    try (Stream<Path> files = Files.list(output)) {
      for (Path file : files.toList()) {
        String name = file.getFileName().toString();
        if (!name.startsWith(".")) {
          contents.put(name, Files.readString(file, StandardCharsets.ISO_8859_1));
        }
      }
    }
    return contents;
  }
}
