package dev.kindling.data.dedup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kindling.data.InvalidInputException;
import dev.kindling.data.clean.CleanConfig;
import dev.kindling.data.clean.CleanJob;
import dev.kindling.data.extract.ExtractConfig;
import dev.kindling.data.manifest.Manifest;
import dev.kindling.data.read.ReadConfig;
import java.io.IOException;
import java.nio.file.Files;
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
      new DeduplicateConfig(3, 5, 14, 8, 0.8, "longest", SubstringAction.REMOVE, 50);

  private final SparkSession spark = TestDocuments.spark();

  @TempDir private java.nio.file.Path temporary;

  @Test
  void nearDuplicatesGoAndTheNextCrawlIsHeldAgainstTheIndex() throws IOException {
    Path april = clean("april", story("a", 0, ""), story("b", 0, " The end."), story("c", 1, ""));
    Path unique = output("april-unique");

    Manifest manifest = DeduplicateJob.run(spark, CONFIG, april, Optional.empty(), unique);

    assertThat(manifest.kind()).isEqualTo("documents");
    assertThat(manifest.details().path("rejected").toString())
        .isEqualTo("{\"near-duplicate\":1,\"repeated-lines\":0,\"repeated-substrings\":0}");
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
        .isEqualTo("{\"near-duplicate\":0,\"repeated-lines\":1,\"repeated-substrings\":0}");
    assertThat(manifest.details().path("removedLines").asLong()).isEqualTo(3);
    assertThat(ids(output, "documents")).containsExactly("a", "b");
    Row first = spark.read().parquet(output + "/documents").orderBy("id").first();
    assertThat(first.<String>getAs("text")).isEqualTo("The first page is about the sea.");
    assertThat(first.<Integer>getAs("characters")).isEqualTo(32);
    Row rejected = spark.read().parquet(output + "/rejected").first();
    assertThat(rejected.<String>getAs("text")).startsWith("Home | About us");
  }

  @Test
  void whatNearDuplicatesHaveLeftLosesItsRepeatedSubstrings() throws IOException {
    String shared = words(0).substring(0, 60 * 5);
    Path documents =
        clean(
            "quotes",
            line("a", words(1) + shared + "is a quote."),
            line("b", words(2) + shared + "The end."),
            line("c", shared.strip()));
    Path removed = output("quotes-removed");
    Path masked = output("quotes-masked");

    Manifest manifest = DeduplicateJob.run(spark, CONFIG, documents, Optional.empty(), removed);
    DeduplicateConfig mask =
        new DeduplicateConfig(0, 5, 14, 8, 0.8, "longest", SubstringAction.MASK, 50);
    DeduplicateJob.run(spark, mask, documents, Optional.empty(), masked);

    JsonNode details = manifest.details();
    assertThat(details.path("kept").asInt()).isEqualTo(2);
    assertThat(details.path("rejected").toString())
        .isEqualTo("{\"near-duplicate\":0,\"repeated-lines\":0,\"repeated-substrings\":1}");
    assertThat(details.path("removedSpans").asInt()).isEqualTo(2);
    assertThat(details.path("removedTokens").asInt()).isEqualTo(120);
    assertThat(details.path("removedCharacters").asInt()).isEqualTo(300 + 299);
    assertThat(texts(removed, "documents"))
        .containsExactly(words(1) + shared + "is a quote.", words(2) + "The end.");
    assertThat(texts(removed, "rejected")).containsExactly(shared.strip());
    assertThat(ids(removed, "index")).containsExactly("a", "b");
    assertThat(texts(masked, "documents").get(1)).isEqualTo(words(2) + "[REPEATED] The end.");
    Row second = spark.read().parquet(removed + "/documents").orderBy("id").collectAsList().get(1);
    assertThat(second.<Integer>getAs("characters")).isEqualTo(508);
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
    return line(id, words(number).strip() + "." + ending);
  }

  private static String line(String id, String text) {
    return "{\"id\": \"%s\", \"text\": \"%s\"}".formatted(id, text);
  }

  /** A hundred words of four letters, each with a space behind it. */
  private static String words(int number) {
    StringBuilder words = new StringBuilder();
    for (int i = 0; i < 100; i++) {
      words.append('w').append((char) ('a' + number));
      words.append((char) ('a' + i / 26)).append((char) ('a' + i % 26)).append(' ');
    }
    return words.toString();
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
    return column(output, part, "id");
  }

  private List<String> texts(Path output, String part) {
    return column(output, part, "text");
  }

  /** A column in the order of ids. */
  private List<String> column(Path output, String part, String name) {
    return spark
        .read()
        .parquet(new Path(output, part).toString())
        .orderBy("id")
        .select(name)
        .as(Encoders.STRING())
        .collectAsList();
  }
}
