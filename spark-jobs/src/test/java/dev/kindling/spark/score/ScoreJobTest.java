package dev.kindling.spark.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.kindling.data.InvalidInputException;
import dev.kindling.data.manifest.Manifest;
import dev.kindling.spark.cli.SparkSessions;
import dev.kindling.spark.cli.TinyQuickstart;
import dev.kindling.spark.config.ConfigLoader;
import dev.kindling.spark.config.RunConfig;
import dev.kindling.spark.report.ScoreWords;
import dev.kindling.spark.score.plan.ScoreMode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScoreJobTest {
  /** Losses are F32, and a sum of some hundred of them is taken. */
  private static final double ROUNDING = 1e-2;

  private static final StructType DOCUMENTS =
      new StructType()
          .add("id", DataTypes.StringType)
          .add("text", DataTypes.StringType)
          .add("source", DataTypes.StringType)
          .add("quality", DataTypes.IntegerType);

  private static final List<Row> ROWS =
      List.of(
          RowFactory.create("a", "Anna lived in a small village near the sea.", "x", 1),
          RowFactory.create("b", "", "x", 2),
          RowFactory.create("c", "小芳说她想种树。".repeat(20), "y", 3),
          RowFactory.create("d", "The quick brown fox, twice. ".repeat(30), "y", 4),
          RowFactory.create("e", "x", "z", 5),
          RowFactory.create("f", null, "z", 6));

  private static SparkSession spark;
  private static Path run;
  @TempDir java.nio.file.Path directory;

  @BeforeAll
  static void openSpark() {
    // The quickstart opens and closes a session of its own.
    run = new Path(TinyQuickstart.get().step("run").toUri());
    spark = SparkSessions.open("test", Optional.of("local[2]"));
  }

  @AfterAll
  static void closeSpark() {
    spark.stop();
  }

  @Test
  void scoresAreThoseOfAComputationOneTokenAtATime() {
    Path corpus = documents("corpus", ROWS, 2);

    Manifest manifest = score(corpus, "scores", 4);

    List<Row> scores = read("scores");
    assertThat(scores).hasSize(ROWS.size());
    double sum = 0;
    long bytes = 0;
    Configuration hadoop = spark.sparkContext().hadoopConfiguration();
    try (PlainModel model = new PlainModel(hadoop, run)) {
      for (Row row : scores) {
        String text = row.getAs("text");
        if (text == null) {
          assertThat(row.<String>getAs("score_error"))
              .isEqualTo("no-text: the column text is null");
          assertThat(row.<Object>getAs("log_likelihood")).isNull();
          continue;
        }
        assertThat(row.<Object>getAs("score_error")).isNull();
        double expected = model.logLikelihood(text);
        int numBytes = text.getBytes(StandardCharsets.UTF_8).length;
        assertThat(row.<Double>getAs("log_likelihood")).isCloseTo(expected, within(ROUNDING));
        assertThat(row.<Long>getAs("tokens")).isEqualTo(model.tokenizer.encode(text).length);
        if (numBytes == 0) {
          assertThat(row.<Object>getAs("bits_per_byte")).isNull();
        } else {
          assertThat(row.<Double>getAs("bits_per_byte"))
              .isCloseTo(-expected / (numBytes * Math.log(2)), within(ROUNDING));
        }
        sum += expected;
        bytes += numBytes;
      }
    }
    assertThat(manifest.kind()).isEqualTo("scores");
    assertThat(manifest.details().path("documents").asLong()).isEqualTo(ROWS.size());
    assertThat(manifest.details().path("notScored").toString()).isEqualTo("{\"no-text\":1}");
    assertThat(manifest.details().path("logLikelihood").asDouble())
        .isCloseTo(sum, within(ROWS.size() * ROUNDING));
    assertThat(manifest.details().path("bitsPerByte").asDouble())
        .isCloseTo(-sum / (bytes * Math.log(2)), within(ROUNDING));
  }

  @Test
  void everyDocumentKeepsItsColumns() {
    score(documents("corpus", ROWS, 3), "scores", 4);

    assertThat(read("scores"))
        .extracting(row -> row.<String>getAs("id") + row.getAs("source") + row.getAs("quality"))
        .containsExactlyInAnyOrder("ax1", "bx2", "cy3", "dy4", "ez5", "fz6");
  }

  @Test
  void theFilesInWhichDocumentsStandDoNotChangeALastBit() {
    List<Row> reversed = new ArrayList<>(ROWS);
    Collections.reverse(reversed);
    score(documents("here", ROWS, 2), "first", 4);
    score(documents("there", reversed, 1), "second", 4);

    assertThat(read("second")).isEqualTo(read("first"));
  }

  @Test
  void neitherPartitionsNorBatchSizeChangeTheScores() {
    score(documents("one", ROWS, 1), "first", 1, "score.partitions=1");
    score(documents("many", ROWS, 6), "second", 7, "score.partitions=5");

    List<Row> first = read("first");
    List<Row> second = read("second");
    for (int i = 0; i < first.size(); i++) {
      assertThat(second.get(i).<String>getAs("id")).isEqualTo(first.get(i).getAs("id"));
      assertThat(second.get(i).<String>getAs("score_error"))
          .isEqualTo(first.get(i).getAs("score_error"));
      if (first.get(i).getAs("score_error") != null) {
        continue;
      }
      assertThat(second.get(i).<Double>getAs("log_likelihood"))
          .isCloseTo(first.get(i).getAs("log_likelihood"), within(ROUNDING));
    }
  }

  @Test
  void theSameWorkIsNotDoneTwice() {
    Path corpus = documents("corpus", ROWS, 2);

    assertThat(score(corpus, "scores", 4)).isEqualTo(score(corpus, "scores", 4));
  }

  @Test
  void aRepeatedIdIsRefusedAndNothingIsLeftBehind() {
    Path corpus = documents("corpus", List.of(ROWS.get(0), ROWS.get(1), ROWS.get(0)), 2);

    assertThatThrownBy(() -> score(corpus, "scores", 4))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("document id 'a' occurs 2 times");
    assertThat(directory.resolve("scores")).doesNotExist();
  }

  @Test
  void aMissingIdIsRefused() {
    Path corpus =
        documents("corpus", List.of(ROWS.get(0), RowFactory.create(null, "text", "x", 1)), 1);

    assertThatThrownBy(() -> score(corpus, "scores", 4))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("without an id");
  }

  @Test
  void aCorpusWithoutDocumentsIsRefused() {
    Path corpus = documents("corpus", List.of(), 1);

    assertThatThrownBy(() -> score(corpus, "scores", 4))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("has no documents");
  }

  @Test
  void theOutputMustNotLieInsideTheInput() {
    Path corpus = documents("corpus", ROWS, 1);

    assertThatThrownBy(() -> score(corpus, "corpus/scores", 4))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("corpus/scores");
  }

  @Test
  void directoriesInsideATableAreReadToo() throws java.io.IOException {
    java.nio.file.Path table = java.nio.file.Files.createDirectories(directory.resolve("t/inner"));
    java.nio.file.Files.writeString(
        directory.resolve("t/a.jsonl"), "{\"id\": \"a\", \"text\": \"Anna.\"}\n");
    java.nio.file.Files.writeString(
        table.resolve("b.jsonl"), "{\"id\": \"b\", \"text\": \"She had a boat.\"}\n");

    score(path("t"), "scores", 4);

    assertThat(read("scores")).extracting(row -> row.<String>getAs("id")).containsExactly("a", "b");
  }

  @Test
  void aPartThatWasWrittenTwiceIsScoredAgain() throws java.io.IOException {
    Path corpus = documents("corpus", ROWS, 1);
    score(corpus, "scores", 4, "score.partitions=1");
    List<Row> once = read("scores");
    java.nio.file.Path part = directory.resolve("scores/scores/part=0");
    java.nio.file.Path file;
    try (var files = java.nio.file.Files.list(part)) {
      file = files.filter(each -> each.toString().endsWith(".parquet")).findFirst().orElseThrow();
    }
    java.nio.file.Files.copy(file, part.resolve("part-00000-of-another-run.parquet"));
    // As after a run that died before its commit.
    Manifest manifest =
        Manifest.find(spark.sparkContext().hadoopConfiguration(), path("scores")).orElseThrow();
    java.nio.file.Files.delete(directory.resolve("scores/manifest.json"));
    java.nio.file.Files.deleteIfExists(directory.resolve("scores/.manifest.json.crc"));
    java.nio.file.Files.writeString(
        directory.resolve("scores/_writing-scores"), manifest.fingerprint() + "\nanother\n");

    score(corpus, "scores", 4, "score.partitions=1");

    assertThat(read("scores")).isEqualTo(once);
  }

  @ParameterizedTest
  @ValueSource(strings = {"tokens", "Tokens", "score_error", "part"})
  void columnsThatScoringAddsMustNotBeThere(String name) {
    StructType scored = DOCUMENTS.add(name, DataTypes.LongType);
    Path corpus = documents("corpus", scored, List.of(RowFactory.create("a", "b", "c", 1, 2L)), 1);

    assertThatThrownBy(() -> score(corpus, "scores", 4))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("has a column '" + name + "' already");
    assertThat(directory.resolve("scores")).doesNotExist();
  }

  @Test
  void rawTextIsScoredAsItStands() throws java.io.IOException {
    java.nio.file.Path file = directory.resolve("raw.txt");
    java.nio.file.Files.writeString(file, "Anna lived near the sea.\n\nShe had a boat.\n");

    Manifest manifest = score(new Path(file.toUri()), "scores", 4);

    assertThat(manifest.details().path("documents").asLong()).isPositive();
    assertThat(manifest.details().path("bitsPerByte").asDouble()).isPositive();
  }

  @Test
  void whatCannotBeReadIsCountedAndNotDroppedSilently() throws java.io.IOException {
    java.nio.file.Path raw = java.nio.file.Files.createDirectory(directory.resolve("raw"));
    java.nio.file.Files.writeString(raw.resolve("good.txt"), "Anna lived near the sea.\n");
    java.nio.file.Files.write(raw.resolve("bad.txt"), new byte[] {'a', (byte) 0xC3, '('});
    java.nio.file.Files.writeString(raw.resolve("paper.pdf"), "x");

    Manifest manifest = score(new Path(raw.toUri()), "scores", 4);

    assertThat(manifest.details().path("documents").asLong()).isEqualTo(1);
    assertThat(manifest.details().path("quarantined").toString()).isEqualTo("{\"broken-utf-8\":1}");
    assertThat(manifest.details().path("skippedFiles").toString()).isEqualTo("[\"raw/paper.pdf\"]");
    assertThat(ScoreWords.of(manifest.details()))
        .contains("1 not scored, since unreadable: broken-utf-8 1", "1 file skipped");
    assertThat(spark.sparkContext().getPersistentRDDs().isEmpty()).isTrue();
  }

  private Manifest score(Path corpus, String output, int batchSize, String... more) {
    List<String> settings = new ArrayList<>(List.of(more));
    settings.add("score.batchSize=" + batchSize);
    RunConfig config = ConfigLoader.load(Optional.empty(), settings);
    return ScoreJob.run(
        spark, config, ScoreMode.ROLLING, corpus, Optional.empty(), run, path(output));
  }

  private List<Row> read(String output) {
    Dataset<Row> table = spark.read().parquet(new Path(path(output), ScoreJob.SCORES).toString());
    return table.orderBy("id").collectAsList();
  }

  private Path documents(String name, List<Row> rows, int numFiles) {
    return documents(name, DOCUMENTS, rows, numFiles);
  }

  private Path documents(String name, StructType schema, List<Row> rows, int numFiles) {
    Path path = path(name);
    spark
        .createDataFrame(rows, schema)
        .repartition(numFiles)
        .write()
        .parquet(new Path(path, "documents").toString());
    Configuration hadoop = spark.sparkContext().hadoopConfiguration();
    Manifest.describe(hadoop, path, "documents", name, Manifest.newDetails()).commit(hadoop, path);
    return path;
  }

  private Path path(String name) {
    return new Path(directory.resolve(name).toUri());
  }
}
