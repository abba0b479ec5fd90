package dev.kindling.data.clean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kindling.data.CleanOutput;
import dev.kindling.data.InvalidInputException;
import dev.kindling.data.extract.ExtractConfig;
import dev.kindling.data.manifest.Manifest;
import dev.kindling.data.read.ReadConfig;
import dev.kindling.data.sample.SampleCorpus;
import dev.kindling.data.sample.SampleCorpusConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CleanJobTest {
  private static final ReadConfig READ = new ReadConfig("chunk", 4000, 1 << 20, 64, 200, 0.5);
  private static final ExtractConfig EXTRACT = new ExtractConfig(false, "script", "all", true);
  private static final CleanConfig CLEAN = lengths(50, 100_000).withLanguages(List.of("en", "zh"));
  private static final CleanConfig SHORT = lengths(1, 1000);

  private static CleanConfig lengths(int minCharacters, int maxCharacters) {
    return new CleanConfig(
        minCharacters,
        maxCharacters,
        List.of(),
        0,
        List.of(),
        true,
        List.of(),
        List.of(),
        List.of(),
        false,
        true);
  }

  private static ReadConfig quarantining(double maxFraction) {
    return new ReadConfig("chunk", 4000, 1 << 20, 64, 200, maxFraction);
  }

  private final SparkSession spark = CleanOutput.localSpark();

  @TempDir private static java.nio.file.Path shared;
  @TempDir private java.nio.file.Path temporary;

  private static JsonNode truth;

  @BeforeAll
  static void writeCorpus() {
    Path corpus = new Path(shared.resolve("corpus").toUri());
    truth =
        SampleCorpus.write(new Configuration(), new SampleCorpusConfig(1, 400), corpus).details();
  }

  private Path output(String name) {
    return new Path(temporary.resolve(name).toUri());
  }

  private String write(String name, String text) throws IOException {
    java.nio.file.Path file = temporary.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text).toString();
  }

  private Manifest cleanCorpus(Path output) {
    return CleanJob.run(
        spark, READ, EXTRACT, CLEAN, List.of(shared.resolve("corpus").toString()), output);
  }

  private Set<String> ids(Path output, String part) {
    return new TreeSet<>(
        spark
            .read()
            .parquet(new Path(output, part).toString())
            .select("id")
            .as(Encoders.STRING())
            .collectAsList());
  }

  @Test
  void everyPlantedDefectIsFoundAndNothingElse() {
    JsonNode details = cleanCorpus(output("clean")).details();

    JsonNode expected = truth.path("expected");
    for (String field :
        List.of(
            "read",
            "kept",
            "rejected",
            "quarantined",
            "keptByLanguage",
            "maskedEmails",
            "maskedIpAddresses")) {
      assertThat(details.path(field)).as(field).isEqualTo(expected.path(field));
    }
    assertThat(details.path("skippedFiles"))
        .extracting(JsonNode::asText)
        .containsExactly("corpus/manifest.json", "corpus/truth.json");
  }

  @Test
  void whatIsWrittenIsWhatWasCounted() {
    Path output = output("clean");
    JsonNode details = cleanCorpus(output).details();

    assertThat(ids(output, "documents")).hasSize(details.path("kept").asInt());
    List<Row> kept = spark.read().parquet(output + "/documents").collectAsList();
    long characters = 0;
    for (Row row : kept) {
      String text = row.getAs("text");
      assertThat(text)
          .doesNotContain("cookie", "Share", "Related", "<p>", "@mail", "192.175.48", "2620:4f");
      assertThat(row.<String>getAs("language")).isIn("en", "zh");
      characters += text.codePointCount(0, text.length());
    }
    assertThat(characters).isEqualTo(details.path("keptCharacters").asLong());
    List<Row> rejected = spark.read().parquet(output + "/rejected").collectAsList();
    Set<String> keptIds = ids(output, "documents");
    for (Row row : rejected) {
      String reason = row.getAs("reason");
      assertThat(reason).isNotEmpty();
      if (row.<String>getAs("rule").equals("exact-duplicate")) {
        assertThat(keptIds).contains(reason);
        assertThat(reason).isLessThan(row.getAs("id"));
      }
    }
    List<Row> quarantined = spark.read().parquet(output + "/quarantined").collectAsList();
    assertThat(quarantined).allMatch(row -> row.<String>getAs("reason").equals("broken-utf-8"));
  }

  @Test
  void theNumberOfPartitionsDoesNotChangeWhatIsKept() {
    Path one = output("one");
    Path many = output("many");
    cleanCorpus(one);
    SparkSession other = spark.newSession();
    other.conf().set("spark.sql.files.maxPartitionBytes", "400000");
    other.conf().set("spark.sql.shuffle.partitions", "7");
    other.conf().set("spark.sql.autoBroadcastJoinThreshold", "-1");
    CleanJob.run(other, READ, EXTRACT, CLEAN, List.of(shared.resolve("corpus").toString()), many);

    assertThat(ids(many, "documents")).isEqualTo(ids(one, "documents"));
    assertThat(ids(many, "rejected")).isEqualTo(ids(one, "rejected"));
    assertThat(ids(many, "quarantined")).isEqualTo(ids(one, "quarantined"));
  }

  @Test
  void cleaningAgainDoesNothingAndCleaningOtherwiseIsRefused() {
    Path output = output("clean");
    Manifest first = cleanCorpus(output);

    assertThat(cleanCorpus(output)).isEqualTo(first);
    CleanConfig other = lengths(60, 100_000).withLanguages(List.of("en", "zh"));
    assertThatThrownBy(
            () ->
                CleanJob.run(
                    spark,
                    READ,
                    EXTRACT,
                    other,
                    List.of(shared.resolve("corpus").toString()),
                    output))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("choose another --output");
    Manifest.require(new Configuration(), output, "documents").verify(new Configuration(), output);
  }

  @Test
  void whatWasCleanedIsCleanAndKeepsItsIds() {
    Path once = output("once");
    Path twice = output("twice");
    cleanCorpus(once);
    JsonNode details =
        CleanJob.run(spark, READ, EXTRACT, CLEAN, List.of(once.toString()), twice).details();

    assertThat(ids(twice, "documents")).isEqualTo(ids(once, "documents"));
    assertThat(details.path("read")).isEqualTo(details.path("kept"));
  }

  @Test
  void aCleanPlainFileComesOutByteForByte() throws IOException {
    String text = "A first line,\twith a tab.\n\n  An indented one — with a dash, and 汉字.\n\n\n";
    String input = write("in/a.txt", text);
    CleanJob.run(
        spark,
        new ReadConfig("file", 4000, 1 << 20),
        EXTRACT,
        SHORT,
        List.of(input),
        output("clean"));

    assertThat(spark.read().parquet(output("clean") + "/documents").first().<String>getAs("text"))
        .isEqualTo(text);
  }

  @Test
  void publishedFiltersRejectUnderTheirOwnNames() throws IOException {
    String sentence = "The people of the valley have known that river to flow with great force. ";
    String input =
        write(
            "in/a.jsonl",
            """
            {"id": "good", "text": "%s"}
            {"id": "short", "text": "The end of the story is not the end of the people that live."}
            """
                .formatted(sentence.repeat(5).strip()));
    CleanConfig filtered = withFilters(List.of("gopher-quality"), List.of());
    JsonNode details =
        CleanJob.run(
                spark,
                READ,
                new ExtractConfig(false, "model", "all", true),
                filtered,
                List.of(input),
                output("clean"))
            .details();

    assertThat(details.path("rejected").toString()).isEqualTo("{\"gopher_short_doc\":1}");
    assertThat(details.path("keptByLanguage").toString()).isEqualTo("{\"en\":1}");
    Row rejected = spark.read().parquet(output("clean") + "/rejected").first();
    assertThat(rejected.<String>getAs("reason")).contains("< 50");

    CleanConfig lower = withFilters(List.of("gopher-quality"), List.of("gopher_short_doc=10"));
    CleanJob.run(spark, READ, EXTRACT, lower, List.of(input), output("lower"));
    assertThat(ids(output("lower"), "documents")).containsExactly("good", "short");
  }

  @Test
  void ownRulesOverSignalsRejectUnderWhatTheySay() throws IOException {
    String input =
        write(
            "in/a.jsonl",
            """
            {"text": "The year 1234 and the year 5678 and the year 9012", "language": "en"}
            {"text": "El 1234 y el 5678 y el 9012, y nada más, es todo", "language": "es"}
            {"text": "A text without any figures in it, which is kept."}
            """);
    CleanConfig own =
        new CleanConfig(
            1,
            1000,
            List.of(),
            0,
            List.of(),
            false,
            List.of(),
            List.of(),
            List.of("digit_fraction > 0.2 @en", "words < 3"),
            false,
            true);
    JsonNode details =
        CleanJob.run(
                spark, new ReadConfig("line", 1, 1000), EXTRACT, own, List.of(input), output("own"))
            .details();

    assertThat(details.path("rejected").toString()).isEqualTo("{\"digit_fraction > 0.2\":1}");
    assertThat(details.path("kept").asInt()).isEqualTo(2);
    assertThatThrownBy(
            () ->
                new CleanConfig(
                    1,
                    1000,
                    List.of(),
                    0,
                    List.of(),
                    false,
                    List.of(),
                    List.of(),
                    List.of("digits_fraction > 0.2"),
                    false,
                    true))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("did you mean 'digit_fraction'?");
  }

  @Test
  void unknownFiltersRulesAndDetectorsAreRefusedBeforeAnythingIsRead() {
    assertThatThrownBy(() -> withFilters(List.of("gopher-qualty"), List.of()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("gopher-quality");
    assertThatThrownBy(() -> withFilters(List.of("c4"), List.of("short_line_ratio=1")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("short_line_ratio");
    assertThatThrownBy(() -> withFilters(List.of("c4"), List.of("lorem_ipsum")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("clean.thresholds");
    assertThatThrownBy(() -> new ExtractConfig(false, "magic", "all", true))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("script or model");
  }

  private static CleanConfig withFilters(List<String> filters, List<String> thresholds) {
    return new CleanConfig(
        1, 100_000, List.of(), 0, List.of(), true, filters, thresholds, List.of(), false, true);
  }

  @Test
  void ofRecordsWithTheSameIdTheLaterOnesGetTheirOriginsAsIds() throws IOException {
    String input =
        write(
            "in/a.jsonl",
            """
            {"id": "x", "text": "The first text of this id, which is there to stay."}
            {"id": "x", "text": "Another text, but with the id that is taken."}
            {"id": "y", "text": "A third text with an id of its own, to be kept."}
            """);
    Manifest manifest = CleanJob.run(spark, READ, EXTRACT, SHORT, List.of(input), output("clean"));

    assertThat(ids(output("clean"), "documents")).containsExactly("a.jsonl#74", "x", "y");
    assertThat(manifest.details().path("renamedIds").asInt()).isEqualTo(1);
    assertThat(manifest.details().path("read").asInt()).isEqualTo(3);
  }

  @Test
  void aRejectedRecordDoesNotPushOutAGoodOneOfItsId() throws IOException {
    String first = write("in/a.jsonl", "{\"id\": 0, \"text\": \"short\"}\n");
    String second =
        write("in/b.jsonl", "{\"id\": 0, \"text\": \"" + "A good text. ".repeat(9) + "\"}\n");
    CleanJob.run(spark, READ, EXTRACT, CLEAN, List.of(first, second), output("clean"));

    assertThat(ids(output("clean"), "documents")).containsExactly("b.jsonl#0");
    assertThat(ids(output("clean"), "rejected")).containsExactly("0");
  }

  @Test
  void tooManyUnreadableRecordsFailTheJobAndLeaveNothing() throws IOException {
    String input = write("in/a.jsonl", "{\"text\": \"good enough\"}\n{\"text\n");
    assertThatThrownBy(
            () ->
                CleanJob.run(
                    spark, quarantining(0.49), EXTRACT, SHORT, List.of(input), output("clean")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("1 of 2 records cannot be read (malformed-json: 1)");
    assertThat(temporary.resolve("clean")).doesNotExist();

    CleanJob.run(spark, quarantining(0.5), EXTRACT, SHORT, List.of(input), output("clean"));
  }

  @Test
  void aCorpusOfWhichNothingIsKeptFailsAndLeavesNothing() throws IOException {
    String input = write("in/a.txt", "too short\n");

    assertThatThrownBy(
            () -> CleanJob.run(spark, READ, EXTRACT, CLEAN, List.of(input), output("clean")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("none of 1 records was kept (too-short: 1)");
    assertThat(temporary.resolve("clean")).doesNotExist();
  }

  @Test
  void aMissingInputIsNamedAndNothingIsWritten() {
    assertThatThrownBy(
            () ->
                CleanJob.run(
                    spark, READ, EXTRACT, CLEAN, List.of("/no/such/file.txt"), output("clean")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("/no/such/file.txt does not exist");
    assertThat(temporary.resolve("clean")).doesNotExist();
  }

  @Test
  void anOutputInsideTheInputIsRefused() throws IOException {
    write("in/a.txt", "some text\n");

    assertThatThrownBy(
            () ->
                CleanJob.run(
                    spark,
                    READ,
                    EXTRACT,
                    CLEAN,
                    List.of(temporary.resolve("in").toString()),
                    output("in/clean")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("lies inside the input");
    assertThat(temporary.resolve("in/clean")).doesNotExist();
  }

  @Test
  void gibberishIsKeptWhereItIsWanted() throws IOException {
    String input = write("in/a.txt", "0123456789".repeat(10) + "\n");
    Manifest manifest =
        CleanJob.run(
            spark,
            new ReadConfig("line", 1, 1000),
            EXTRACT,
            new CleanConfig(
                1, 1000, List.of(), 0, List.of(), false, List.of(), List.of(), List.of(), false,
                true),
            List.of(input),
            output("clean"));
    assertThat(manifest.details().path("kept").asInt()).isEqualTo(1);
  }

  @Test
  void duplicatesAreKeptWhereTheyAreWanted() throws IOException {
    String input = write("in/a.txt", "the same line\nthe same line\n");
    Manifest manifest =
        CleanJob.run(
            spark,
            new ReadConfig("line", 1, 100),
            EXTRACT,
            new CleanConfig(
                1, 1000, List.of(), 0, List.of(), true, List.of(), List.of(), List.of(), false,
                false),
            List.of(input),
            output("clean"));
    assertThat(manifest.details().path("kept").asInt()).isEqualTo(2);
  }
}
