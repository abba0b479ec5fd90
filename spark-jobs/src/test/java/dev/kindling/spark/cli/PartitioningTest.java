package dev.kindling.spark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kindling.data.manifest.Manifest;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The way from raw text to token shards, on one thread with one partition and on five. */
class PartitioningTest {
  private static final int DOCUMENTS = 100;

  @TempDir Path directory;

  /** What must not depend on partitions: who is kept and with which text, and two steps' bytes. */
  private record Outcome(
      List<String> kept, Map<String, String> tokenizer, Map<String, String> shards) {}

  @Test
  void onePartitionAndFiveKeepTheSameDocumentsAndGiveTheSameTokenizerAndShards() {
    kindling("sample-corpus", "--output", directory.resolve("corpus"), "--documents", DOCUMENTS);

    Outcome one = run(1, "128m");
    Outcome five = run(5, "16k");

    assertThat(one.kept()).hasSizeBetween(DOCUMENTS / 2, DOCUMENTS * 2);
    assertThat(five.kept()).isEqualTo(one.kept());
    assertThat(five.tokenizer()).isEqualTo(one.tokenizer()).hasSize(1);
    assertThat(five.shards()).isEqualTo(one.shards()).hasSizeGreaterThan(5);
  }

  private Outcome run(int numPartitions, String splitBytes) {
    Map<String, String> settings =
        Map.of(
            "spark.default.parallelism",
            Integer.toString(numPartitions),
            "spark.sql.shuffle.partitions",
            Integer.toString(numPartitions),
            "spark.sql.adaptive.enabled",
            "false",
            "spark.sql.files.openCostInBytes",
            "1",
            "spark.sql.files.maxPartitionBytes",
            splitBytes);
    String master = "local[" + numPartitions + "]";
    Path out = directory.resolve("partitions-" + numPartitions);
    settings.forEach(System::setProperty);
    try {
      kindling(
          "clean",
          "--master",
          master,
          "--input",
          directory.resolve("corpus"),
          "--output",
          out.resolve("clean"));
      kindling(
          "deduplicate",
          "--master",
          master,
          "--input",
          out.resolve("clean"),
          "--output",
          out.resolve("unique"));
      kindling(
          "tokenizer",
          "--master",
          master,
          "--input",
          out.resolve("unique"),
          "--output",
          out.resolve("tokenizer"),
          "--set",
          "tokenizer.vocabSize=400");
      kindling(
          "tokenize",
          "--master",
          master,
          "--input",
          out.resolve("unique"),
          "--tokenizer",
          out.resolve("tokenizer"),
          "--output",
          out.resolve("tokens"),
          "--set",
          "tokenize.shardTokens=3000");
      return new Outcome(
          kept(out.resolve("unique")),
          hashes(out.resolve("tokenizer"), "tokenizer"),
          hashes(out.resolve("tokens"), "tokens"));
    } finally {
      settings.keySet().forEach(System::clearProperty);
    }
  }

  private static void kindling(Object... arguments) {
    CommandLineRun run = CommandLineRun.kindling(arguments);
    assertThat(run.exitCode()).as(run.err()).isZero();
  }

  private static List<String> kept(Path unique) {
    try (SparkSession spark =
        SparkSession.builder().master("local[1]").config("spark.ui.enabled", false).getOrCreate()) {
      return spark
          .read()
          .parquet(unique.resolve("documents").toString())
          .select("id", "text", "source", "language")
          .collectAsList()
          .stream()
          .map(Row::toString)
          .sorted()
          .toList();
    }
  }

  private static Map<String, String> hashes(Path output, String kind) {
    Manifest manifest =
        Manifest.require(new Configuration(), new org.apache.hadoop.fs.Path(output.toUri()), kind);
    return manifest.files().stream()
        .collect(Collectors.toMap(Manifest.Entry::path, Manifest.Entry::sha256));
  }
}
