package dev.kindling.spark.score;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kindling.data.manifest.Manifest;
import dev.kindling.spark.cli.SparkSessions;
import dev.kindling.spark.score.plan.ScoreMode;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows that cannot be scored, beside some that can. */
class BadRowsTest {
  private static final String GOOD = "{'id': 'good', 'text': 'Anna lived near the sea.'}";

  private static SparkSession spark;
  private static Path gpt;
  @TempDir java.nio.file.Path directory;
  private ScoredTables tables;

  @BeforeAll
  static void openSpark() {
    gpt = ScoredTables.gpt();
    spark = SparkSessions.open("test", Optional.of("local[2]"));
  }

  @AfterAll
  static void closeSpark() {
    spark.stop();
  }

  @BeforeEach
  void openTables() {
    tables = new ScoredTables(spark, directory);
  }

  @Test
  void nullsAndEmptyTextsAndStrangeCharactersAreScoredOrReportedEachForItself() {
    Path input =
        tables.jsonLines(
            "texts",
            GOOD,
            "{'id': 'null', 'text': null}",
            "{'id': 'empty', 'text': ''}",
            "{'id': 'control', 'text': '\\u0000\\u0007\\ufffd'}",
            "{'id': 'surrogate', 'text': '\\ud800'}",
            "{'id': 'emoji', 'text': '👩‍👩‍👧‍👦 🏴‍☠️'}");

    Manifest manifest = tables.score(ScoreMode.ROLLING, gpt, input, "out");

    List<Row> rows = tables.rows("out");
    assertThat(rows)
        .filteredOn(row -> row.<Object>getAs("score_error") == null)
        .extracting(row -> row.<String>getAs("id"))
        .containsExactly("control", "emoji", "empty", "good", "surrogate");
    assertThat(rows)
        .filteredOn(row -> row.<Object>getAs("score_error") == null)
        .allMatch(row -> Double.isFinite(row.<Double>getAs("log_likelihood")));
    assertThat(manifest.details().path("notScored").toString()).isEqualTo("{\"no-text\":1}");
  }

  @Test
  void aTextAboveTheLimitIsReportedAndNotScored() {
    Path input =
        tables.jsonLines(
            "texts", GOOD, "{'id': 'long', 'text': '" + "She had a boat. ".repeat(50) + "'}");

    tables.score(ScoreMode.ROLLING, gpt, input, "out", "score.maxTokens=100");

    assertThat(tables.rows("out"))
        .extracting(row -> row.getAs("score_error") + "")
        .first()
        .isEqualTo("null");
    assertThat(tables.rows("out").get(1).<String>getAs("score_error"))
        .matches("too-long: [0-9]+ tokens, and score.maxTokens is 100");
  }

  @Test
  void aDocumentOfTenMegabytesIsScoredWhole() {
    String text = "Anna lived in a small village near the sea. ".repeat(10_000_000 / 44);
    Path input = tables.jsonLines("texts", GOOD, "{'id': 'huge', 'text': '" + text + "'}");

    Manifest manifest = tables.score(ScoreMode.ROLLING, gpt, input, "out");

    Row huge = tables.rows("out").get(1);
    assertThat(huge.<Long>getAs("bytes")).isEqualTo(text.length());
    assertThat(huge.<Double>getAs("bits_per_byte")).isBetween(0.01, 8.0);
    assertThat(manifest.details().path("tokens").asLong()).isGreaterThan(1_000_000);
  }

  @Test
  void linesThatAreNotJsonAreCounted() {
    Path input = tables.jsonLines("texts", GOOD, "{'id': 'torn', 'te", "[1, 2]");

    Manifest manifest = tables.score(ScoreMode.ROLLING, gpt, input, "out");

    assertThat(tables.rows("out")).hasSize(1);
    assertThat(manifest.details().path("quarantined").toString()).isEqualTo("{\"broken-json\":2}");
    assertThat(spark.sparkContext().getPersistentRDDs().isEmpty()).isTrue();
  }

  @Test
  void aRowThatCannotBeScoredIsThereForEveryNumberOfShots() {
    Path input =
        tables.jsonLines(
            "questions",
            "{'id': 'a', 'context': 'x', 'choices': ['a', 'b'], 'label': 1}",
            "{'id': 'b', 'context': 'y', 'choices': ['a', 'b'], 'label': 1}",
            "{'id': 'c', 'context': 'z', 'choices': [], 'label': 1}");

    tables.score(
        ScoreMode.CHOICE, gpt, input, Optional.of(input), "out", "score.prompt.shots=[0, 1]");

    assertThat(tables.rows("out"))
        .extracting(row -> row.getAs("id") + "/" + row.getAs("shots"))
        .containsExactly("a/0", "a/1", "b/0", "b/1", "c/0", "c/1");
  }

  @Test
  void aQuestionWithoutChoicesOrWithALabelOfNoneIsReported() {
    Path input =
        tables.jsonLines(
            "questions",
            "{'id': 'a', 'context': 'x', 'choices': ['a', 'b'], 'label': 1}",
            "{'id': 'b', 'context': 'x', 'choices': [], 'label': 0}",
            "{'id': 'c', 'context': 'x', 'choices': ['a', 'b'], 'label': 2}",
            "{'id': 'd', 'context': null, 'choices': ['a', 'b'], 'label': 0}",
            "{'id': 'e', 'context': 'x', 'choices': ['a', ''], 'label': 0}",
            "{'id': 'f', 'context': 'x', 'choices': ['a', 'b'], 'label': null}");

    Manifest manifest = tables.score(ScoreMode.CHOICE, gpt, input, "out");

    assertThat(manifest.details().path("notScored").toString())
        .isEqualTo("{\"no-choices\":2,\"no-such-label\":1,\"no-text\":1}");
    Row unlabelled = tables.rows("out").get(5);
    assertThat(unlabelled.<Object>getAs("acc")).isNull();
    assertThat(unlabelled.<Object>getAs("prediction")).isNotNull();
  }
}
