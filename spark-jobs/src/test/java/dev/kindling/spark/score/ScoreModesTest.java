package dev.kindling.spark.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kindling.data.InvalidInputException;
import dev.kindling.data.manifest.Manifest;
import dev.kindling.spark.cli.SparkSessions;
import dev.kindling.spark.report.ScoreWords;
import dev.kindling.spark.score.plan.ScoreMode;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every mode against one forward pass per token on the reference backend. */
class ScoreModesTest {
  private static final double ROUNDING = 2e-3;

  private static SparkSession spark;
  private static Path gpt;
  private static Path bert;
  @TempDir java.nio.file.Path directory;
  private ScoredTables tables;

  @BeforeAll
  static void openSpark() {
    // These open and close sessions of their own.
    gpt = ScoredTables.gpt();
    bert = ScoredTables.bert();
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
  void aContinuationIsScoredBehindItsContextAndItsColumnsStay() {
    Path input =
        tables.jsonLines(
            "pairs",
            "{'id': 1, 'context': 'Anna lived', 'continuation': ' near the sea', 'x': [1]}",
            "{'id': 2, 'context': 'Anna lived', 'continuation': ' in a village', 'x': [2]}",
            "{'id': 3, 'context': 'Anna lived  ', 'continuation': 'near', 'x': []}");

    Manifest manifest = tables.score(ScoreMode.CONTINUATION, gpt, input, "out");

    List<Row> rows = tables.rows("out");
    try (PlainModel model = plain(gpt)) {
      assertThat(rows.get(0).<Double>getAs("log_likelihood"))
          .isCloseTo(model.logLikelihood("Anna lived", " near the sea"), within(ROUNDING));
      assertThat(rows.get(1).<Double>getAs("log_likelihood"))
          .isCloseTo(model.logLikelihood("Anna lived", " in a village"), within(ROUNDING));
      // Spaces at the end of the context belong to the continuation.
      assertThat(rows.get(2).<Double>getAs("log_likelihood"))
          .isCloseTo(model.logLikelihood("Anna lived", "  near"), within(ROUNDING));
    }
    assertThat(rows)
        .extracting(row -> row.getList(row.fieldIndex("x")).size())
        .containsExactly(1, 1, 0);
    assertThat(manifest.details().path("continuations").asLong()).isEqualTo(3);
    assertThat(ScoreWords.of(manifest.details())).contains("3 continuations");
  }

  @Test
  void whatTheModelWouldWriteItselfIsGreedyAndNothingElseIs() {
    String greedy;
    try (PlainModel model = plain(gpt)) {
      greedy = model.greedy("Anna lived near the", 4);
    }
    Path input =
        tables.jsonLines(
            "pairs",
            "{'id': 'a', 'context': 'Anna lived near the', 'continuation': '" + greedy + "'}",
            "{'id': 'b', 'context': 'Anna lived near the', 'continuation': '" + greedy + "ö'}");

    tables.score(ScoreMode.CONTINUATION, gpt, input, "out");

    assertThat(tables.rows("out"))
        .extracting(row -> row.<Boolean>getAs("greedy"))
        .containsExactly(true, false);
  }

  @Test
  void aContextThatDoesNotFitLosesItsBeginningAndIsReported() {
    String context = "Anna lived near the sea. ".repeat(20).strip();
    Path input =
        tables.jsonLines(
            "pairs",
            "{'id': 'a', 'context': '" + context + "', 'continuation': ' She'}",
            "{'id': 'b', 'context': 'Anna. " + context + "', 'continuation': ' She'}",
            "{'id': 'c', 'context': 'x', 'continuation': '" + context + "'}");

    Manifest manifest = tables.score(ScoreMode.CONTINUATION, gpt, input, "out");

    List<Row> rows = tables.rows("out");
    assertThat(rows.get(0).<Boolean>getAs("truncated")).isTrue();
    assertThat(rows.get(1).<Double>getAs("log_likelihood"))
        .isEqualTo(rows.get(0).<Double>getAs("log_likelihood"));
    assertThat(rows.get(2).<String>getAs("score_error")).startsWith("too-long: the continuation");
    assertThat(manifest.details().path("truncated").asLong()).isEqualTo(2);
    assertThat(manifest.details().path("notScored").path("too-long").asLong()).isEqualTo(1);
  }

  @Test
  void aChoiceIsTheLikeliestAnswerAndPerCharacterAnotherOne() {
    Path input =
        tables.jsonLines(
            "questions",
            "{'id': 'a', 'context': 'Anna lived', 'choices': ['q', 'in a small village near the sea'],"
                + " 'label': 1}",
            "{'id': 'b', 'context': 'She had', 'choices': ['x', 'a boat'], 'label': 0}");

    Manifest manifest = tables.score(ScoreMode.CHOICE, gpt, input, "out");

    List<Row> rows = tables.rows("out");
    try (PlainModel model = plain(gpt)) {
      for (Row row : rows) {
        List<String> choices = row.getList(row.fieldIndex("choices"));
        List<Double> scores = row.getList(row.fieldIndex("log_likelihoods"));
        double first = model.logLikelihood(row.getAs("context"), " " + choices.get(0));
        double second = model.logLikelihood(row.getAs("context"), " " + choices.get(1));
        assertThat(scores.get(0)).isCloseTo(first, within(ROUNDING));
        assertThat(scores.get(1)).isCloseTo(second, within(ROUNDING));
        int prediction = second > first ? 1 : 0;
        int norm = second / choices.get(1).length() > first / choices.get(0).length() ? 1 : 0;
        long label = row.<Long>getAs("label");
        assertThat(row.<Integer>getAs("prediction")).isEqualTo(prediction);
        assertThat(row.<Integer>getAs("prediction_norm")).isEqualTo(norm);
        assertThat(row.<Double>getAs("acc")).isEqualTo(prediction == label ? 1 : 0);
        assertThat(row.<Double>getAs("acc_norm")).isEqualTo(norm == label ? 1 : 0);
      }
    }
    // Otherwise nothing would be seen of the normalisation.
    assertThat(rows.get(0).<Integer>getAs("prediction"))
        .isNotEqualTo(rows.get(0).<Integer>getAs("prediction_norm"));
    JsonNode shots = manifest.details().path("shots").get(0);
    assertThat(shots.path("labelled").asLong()).isEqualTo(2);
    assertThat(shots.path("acc").asDouble()).isEqualTo(mean(rows, "acc"));
    assertThat(shots.path("accNorm").asDouble()).isEqualTo(mean(rows, "acc_norm"));
  }

  @Test
  void zeroOneAndFewShotAreComparedOnTheSameRows() {
    String[] lines = new String[12];
    for (int i = 0; i < lines.length; i++) {
      lines[i] =
          "{'id': 'q%02d', 'q': 'Who is %d?', 'choices': ['Anna', 'Mara', 'Tom'], 'label': '%s'}"
              .formatted(i, i, List.of("Anna", "Mara", "Tom").get(i % 3));
    }
    Path input = tables.jsonLines("questions", lines);

    Manifest manifest =
        tables.score(
            ScoreMode.CHOICE,
            gpt,
            input,
            Optional.of(input),
            "out",
            "score.prompt.template={{q}} It is",
            "score.prompt.shots=[0, 1, 2]",
            "score.prompt.exampleDelimiter=. ");

    List<Row> rows = tables.rows("out");
    assertThat(rows).hasSize(36);
    assertThat(rows)
        .extracting(row -> row.getAs("id") + "/" + row.getAs("shots"))
        .startsWith("q00/0", "q00/1", "q00/2", "q01/0");
    JsonNode shots = manifest.details().path("shots");
    assertThat(shots).hasSize(3);
    for (int i = 0; i < 3; i++) {
      int number = i;
      List<Row> same = rows.stream().filter(row -> row.<Integer>getAs("shots") == number).toList();
      assertThat(shots.get(i).path("acc").asDouble()).isCloseTo(mean(same, "acc"), within(1e-12));
    }
    double gain = shots.get(2).path("acc").asDouble() - shots.get(0).path("acc").asDouble();
    assertThat(shots.get(2).path("gain").asDouble()).isCloseTo(gain, within(1e-12));
    assertThat(ScoreWords.of(manifest.details()).lines().filter(line -> line.contains("±")))
        .hasSize(3);
    assertThat(manifest.details().path("documents").asLong()).isEqualTo(12);
  }

  @Test
  void anExampleWithoutAnAnswerIsLeftOut() {
    Path input =
        tables.jsonLines(
            "questions",
            "{'id': 1, 'context': 'x', 'choices': ['a', 'b'], 'label': 0}",
            "{'id': 2, 'context': 'y', 'choices': ['a', 'b'], 'label': 1}",
            "{'id': 3, 'context': null, 'choices': ['a', 'b'], 'label': 1}",
            "{'id': 4, 'context': 'z', 'choices': ['a', 'b'], 'label': null}");

    Manifest manifest =
        tables.score(
            ScoreMode.CHOICE, gpt, input, Optional.of(input), "out", "score.prompt.shots=[1]");

    assertThat(manifest.details().path("notScored").toString()).isEqualTo("{\"no-text\":1}");
    assertThatThrownBy(
            () ->
                tables.score(
                    ScoreMode.CHOICE,
                    gpt,
                    input,
                    Optional.of(input),
                    "more",
                    "score.prompt.shots=[2]"))
        .hasMessageContaining("there are 2 solved examples");
  }

  @Test
  void examplesAreAskedForWhereTheyAreNeeded() {
    Path input =
        tables.jsonLines("questions", "{'id': 1, 'context': 'x', 'choices': ['a'], 'label': 0}");

    assertThatThrownBy(
            () -> tables.score(ScoreMode.CHOICE, gpt, input, "out", "score.prompt.shots=[0, 1]"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("give --examples");
    assertThatThrownBy(
            () ->
                tables.score(
                    ScoreMode.CHOICE,
                    gpt,
                    input,
                    Optional.of(input),
                    "out",
                    "score.prompt.shots=[1]"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("there are 1 solved examples");
  }

  @Test
  void aMaskedModelIsAskedForEachTokenGivenAllOthers() {
    String longText = "Anna lived near the sea. ".repeat(12).strip();
    Path input =
        tables.jsonLines(
            "texts",
            "{'id': 'a', 'text': 'Anna lived near the sea.'}",
            "{'id': 'b', 'text': 'She'}",
            "{'id': 'c', 'text': ''}",
            "{'id': 'd', 'text': '" + longText + "'}");

    Manifest manifest = tables.score(ScoreMode.MASKED, bert, input, "out");

    List<Row> rows = tables.rows("out");
    try (PlainModel model = plain(bert)) {
      for (int i = 0; i < 3; i++) {
        String text = rows.get(i).getAs("text");
        assertThat(rows.get(i).<Double>getAs("pseudo_log_likelihood"))
            .isCloseTo(model.pseudoLogLikelihood(text), within(ROUNDING));
      }
      assertThat(rows.get(3).<Long>getAs("tokens"))
          .isEqualTo(model.tokenizer.encode(longText).length)
          .isGreaterThan(32);
    }
    assertThat(rows.get(2).<Object>getAs("pseudo_perplexity")).isNull();
    assertThat(rows.get(3).<Double>getAs("pseudo_log_likelihood")).isNegative();
    assertThat(ScoreWords.of(manifest.details())).contains("pseudo-perplexity");
  }

  @Test
  void vectorsOfTextsHaveTheLengthOneIfThatIsAskedForAndDoNotDependOnTheirNeighbours() {
    Path input =
        tables.jsonLines(
            "texts",
            "{'id': 'a', 'text': 'Anna lived near the sea.'}",
            "{'id': 'b', 'text': 'She had a boat, and lived in a small village near the sea.'}",
            "{'id': 'c', 'text': ''}");
    Path alone = tables.jsonLines("alone", "{'id': 'a', 'text': 'Anna lived near the sea.'}");

    for (String name : List.of("gpt", "bert")) {
      Path model = name.equals("gpt") ? gpt : bert;
      Manifest manifest = tables.score(ScoreMode.EMBED, model, input, name);
      tables.score(ScoreMode.EMBED, model, alone, name + "-alone");
      tables.score(ScoreMode.EMBED, model, input, name + "-1", "score.normalize=true");

      List<Row> rows = tables.rows(name);
      List<Float> vector = rows.get(0).getList(rows.get(0).fieldIndex("embedding"));
      assertThat(vector).hasSize(manifest.details().path("dimensions").asInt());
      List<Float> ofAlone =
          tables.rows(name + "-alone").get(0).getList(rows.get(0).fieldIndex("embedding"));
      List<Float> normalized =
          tables.rows(name + "-1").get(0).getList(rows.get(0).fieldIndex("embedding"));
      double length = Math.sqrt(vector.stream().mapToDouble(v -> (double) v * v).sum());
      for (int i = 0; i < vector.size(); i++) {
        assertThat(ofAlone.get(i)).isCloseTo(vector.get(i), within(1e-4f));
        assertThat((double) normalized.get(i)).isCloseTo(vector.get(i) / length, within(1e-4));
      }
      assertThat(rows.get(2).<String>getAs("score_error")).startsWith("empty-text");
      assertThat(rows.get(2).<Object>getAs("embedding")).isNull();
    }
  }

  @Test
  void textIsWrittenUntilAStringAndTheSameForTheSamePrompt() {
    String greedy;
    try (PlainModel model = plain(gpt)) {
      greedy = model.greedy("Anna lived near the", 12);
    }
    String stop = greedy.substring(greedy.length() - 4, greedy.length() - 1);
    Path input =
        tables.jsonLines(
            "prompts",
            "{'id': 'a', 'context': 'Anna lived near the'}",
            "{'id': 'b', 'context': 'Anna lived near the'}",
            "{'id': 'c', 'context': 'She had'}",
            "{'id': 'd', 'context': ''}",
            "{'id': 'e', 'context': null}");
    String[] settings = {
      "generate.temperature=0", "generate.maxNewTokens=12", "generate.stop=['" + stop + "']"
    };

    Manifest manifest = tables.score(ScoreMode.GENERATE, gpt, input, "out", settings);

    List<Row> rows = tables.rows("out");
    assertThat(rows.get(0).<String>getAs("generated"))
        .isEqualTo(greedy.substring(0, greedy.indexOf(stop)));
    assertThat(rows.get(0).<String>getAs("ended_by")).isEqualTo("stop");
    assertThat(rows.get(1).<String>getAs("generated")).isEqualTo(rows.get(0).getAs("generated"));
    assertThat(rows.get(3).<Object>getAs("score_error")).isNull();
    assertThat(rows.get(4).<String>getAs("score_error")).startsWith("no-text");
    assertThat(manifest.details().path("texts").asLong()).isEqualTo(4);
    assertThat(ScoreWords.of(manifest.details())).contains("4 texts", "ended by");
  }

  @ParameterizedTest
  @EnumSource(ScoreMode.class)
  void aTableWithoutTheColumnsOfAModeIsRefusedByName(ScoreMode mode) {
    Path input = tables.jsonLines("table", "{'id': 1, 'other': 'x'}");

    assertThatThrownBy(
            () -> tables.score(mode, mode == ScoreMode.MASKED ? bert : gpt, input, "out"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("[id, other]");
    assertThat(directory.resolve("out")).doesNotExist();
  }

  private static double mean(List<Row> rows, String column) {
    return rows.stream().mapToDouble(row -> row.<Double>getAs(column)).average().orElseThrow();
  }

  private static PlainModel plain(Path run) {
    Configuration hadoop = spark.sparkContext().hadoopConfiguration();
    return new PlainModel(hadoop, run);
  }
}
