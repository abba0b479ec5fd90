package dev.kindling.data.dedup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindling.data.CleanOutput;
import dev.kindling.data.InvalidInputException;
import dev.kindling.data.clean.CleanConfig;
import dev.kindling.data.clean.CleanJob;
import dev.kindling.data.extract.ExtractConfig;
import dev.kindling.data.manifest.Manifest;
import dev.kindling.data.read.ReadConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeduplicateJobTest {
  private static final DeduplicateConfig CONFIG =
      new DeduplicateConfig(3, 5, 14, 8, 0.8, "longest");

  private final SparkSession spark = CleanOutput.localSpark();

  @TempDir private java.nio.file.Path temporary;

  @Test
  void nearDuplicatesGoAndTheNextCrawlIsHeldAgainstTheIndex() throws IOException {
    Path april = clean("april", story("a", 0, ""), story("b", 0, " The end."), story("c", 1, ""));
    Path unique = output("april-unique");

    Manifest manifest = DeduplicateJob.run(spark, CONFIG, april, Optional.empty(), unique);

    assertThat(manifest.kind()).isEqualTo("documents");
    assertThat(manifest.details().path("rejected").toString())
        .isEqualTo("{\"near-duplicate\":1,\"repeated-lines\":0}");
    assertThat(manifest.details().path("clustersBySize").toString()).isEqualTo("{\"2\":1}");
    assertThat(ids(unique, "documents")).containsExactly("b", "c");
    Row rejected = spark.read().parquet(unique + "/rejected").first();
    assertThat(rejected.<String>getAs("reason")).isEqualTo("b");
    assertThat(DeduplicateJob.run(spark, CONFIG, april, Optional.empty(), unique))
        .isEqualTo(manifest);

    Path may = clean("may", story("d", 1, " And so on."), story("e", 2, ""));
    Path mayUnique = output("may-unique");
    DeduplicateJob.run(spark, CONFIG, may, Optional.of(unique), mayUnique);

    assertThat(ids(mayUnique, "documents")).containsExactly("e");
    assertThat(ids(mayUnique, "index")).containsExactly("e");
  }

  @Test
  void linesOfManyDocumentsGoFirst() throws IOException {
    String menu = "Home | About us | Contact\\n";
    String lines = "{\"id\": \"%s\", \"text\": \"" + menu + "%s\"}";
    Path documents =
        clean(
            "pages",
            lines.formatted("a", "The first page is about the sea."),
            lines.formatted("b", "The second one tells of a mountain."),
            lines.formatted("c", ""));
    Path output = output("pages-unique");

    Manifest manifest = DeduplicateJob.run(spark, CONFIG, documents, Optional.empty(), output);

    assertThat(manifest.details().path("rejected").toString())
        .isEqualTo("{\"near-duplicate\":0,\"repeated-lines\":1}");
    assertThat(manifest.details().path("removedLines").asLong()).isEqualTo(3);
    assertThat(ids(output, "documents")).containsExactly("a", "b");
    Row first = spark.read().parquet(output + "/documents").orderBy("id").first();
    assertThat(first.<String>getAs("text")).isEqualTo("The first page is about the sea.");
    assertThat(first.<Integer>getAs("characters")).isEqualTo(32);
    Row rejected = spark.read().parquet(output + "/rejected").first();
    assertThat(rejected.<String>getAs("text")).startsWith("Home | About us");
  }

  @Test
  void whatHasNoIndexIsNoOlderCrawl() throws IOException {
    Path documents = clean("documents", story("a", 0, ""));
    Path output = output("unique");

    assertThatThrownBy(
            () -> DeduplicateJob.run(spark, CONFIG, documents, Optional.of(documents), output))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("has no index of signatures")
        .hasMessageContaining("deduplicate the older documents first");
    assertThat(output.getFileSystem(new Configuration()).exists(output)).isFalse();
  }

  /** A JSON line with a hundred words that no other story has, and an ending. */
  private static String story(String id, int number, String ending) {
    List<String> words = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      words.add("w" + (char) ('a' + number) + (char) ('a' + i / 26) + (char) ('a' + i % 26));
    }
    return "{\"id\": \"%s\", \"text\": \"%s.%s\"}".formatted(id, String.join(" ", words), ending);
  }

  private Path clean(String name, String... lines) throws IOException {
    java.nio.file.Path input = temporary.resolve(name + ".jsonl");
    Files.writeString(input, String.join("\n", lines));
    CleanConfig config =
        new CleanConfig(
            1, 10_000, List.of(), 0, List.of(), false, List.of(), List.of(), List.of(), false,
            true);
    Path output = output(name + "-clean");
    CleanJob.run(
        spark,
        new ReadConfig("line", 4000, 1 << 20),
        new ExtractConfig(false, "script", "all", true),
        config,
        List.of(input.toString()),
        output);
    return output;
  }

  private Path output(String name) {
    return new Path(temporary.resolve(name).toUri());
  }

  private List<String> ids(Path output, String part) {
    return spark
        .read()
        .parquet(new Path(output, part).toString())
        .select("id")
        .as(Encoders.STRING())
        .collectAsList()
        .stream()
        .sorted()
        .toList();
  }
}
