package dev.kindling.spark.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindling.data.InvalidInputException;
import dev.kindling.spark.cli.SparkSessions;
import dev.kindling.spark.score.plan.ScoreMode;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.fs.Path;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.feature.SQLTransformer;
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

class LanguageModelScorerTest {
  private static final StructType TEXTS =
      new StructType().add("id", DataTypes.StringType).add("body", DataTypes.StringType);

  private static SparkSession spark;
  private static Path gpt;
  @TempDir java.nio.file.Path directory;

  @BeforeAll
  static void openSpark() {
    gpt = ScoredTables.gpt();
    spark = SparkSessions.open("test", Optional.of("local[2]"));
  }

  @AfterAll
  static void closeSpark() {
    spark.stop();
  }

  @Test
  void aStageOfAPipelineAddsTheScoresOfTheCommand() throws IOException {
    Path table = new Path(directory.resolve("table").toUri());
    texts().write().parquet(table.toString());
    Pipeline pipeline =
        new Pipeline()
            .setStages(
                new PipelineStage[] {
                  new SQLTransformer()
                      .setStatement("SELECT id, body, length(body) l FROM __THIS__"),
                  scorer()
                });
    String saved = directory.resolve("pipeline").toString();
    pipeline.fit(texts()).write().save(saved);

    List<Row> rows = PipelineModel.load(saved).transform(texts()).orderBy("id").collectAsList();

    new ScoredTables(spark, directory)
        .score(ScoreMode.ROLLING, gpt, table, "out", "score.columns.text=body");
    List<Row> ofCommand =
        spark
            .read()
            .parquet(directory.resolve("out/scores").toString())
            .orderBy("id")
            .collectAsList();
    for (int i = 0; i < rows.size(); i++) {
      assertThat(rows.get(i).<Integer>getAs("l"))
          .isEqualTo(rows.get(i).<String>getAs("body").length());
      for (String column : ScoreMode.ROLLING.addedNames()) {
        assertThat(rows.get(i).<Object>getAs(column)).isEqualTo(ofCommand.get(i).getAs(column));
      }
    }
  }

  @Test
  void itIsWrittenWithItsParametersAndNotOverAnother() throws IOException {
    String path = directory.resolve("scorer").toString();
    LanguageModelScorer scorer =
        scorer()
            .setMode("choice")
            .setShots(0, 3)
            .setStop("a", "b")
            .setTemperature(0.5)
            .setMaxTokens(7);
    scorer.write().save(path);

    LanguageModelScorer loaded = LanguageModelScorer.load(path);

    assertThat(loaded.uid()).isEqualTo(scorer.uid());
    assertThat(parameters(loaded)).isEqualTo(parameters(scorer));
    assertThat(loaded.getOrDefault(loaded.shots())).containsExactly(0, 3);
    assertThat(loaded.getOrDefault(loaded.stop())).containsExactly("a", "b");
    assertThatThrownBy(() -> scorer.write().save(path))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("already exists");
    scorer.write().overwrite().save(path);
  }

  @Test
  void aValueThatAParameterDoesNotTakeIsRefusedAtOnce() {
    LanguageModelScorer scorer = new LanguageModelScorer();

    assertThatThrownBy(() -> scorer.setMode("perplexity"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("parameter mode given invalid value perplexity");
    assertThatThrownBy(() -> scorer.setBatchSize(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("parameter batchSize given invalid value 0");
  }

  @Test
  void theSchemaIsKnownAndCheckedBeforeAnythingIsScored() {
    StructType schema = scorer().transformSchema(TEXTS);

    assertThat(schema.fieldNames())
        .containsExactly(
            "id",
            "body",
            "bytes",
            "tokens",
            "log_likelihood",
            "bits_per_byte",
            "perplexity",
            "score_error");
    assertThatThrownBy(() -> scorer().setTextCol("text").transformSchema(TEXTS))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("no column 'text'");
    assertThatThrownBy(() -> scorer().transformSchema(TEXTS.add("tokens", DataTypes.LongType)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("'tokens' already");
    assertThatThrownBy(
            () -> scorer().transformSchema(new StructType().add("body", DataTypes.LongType)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("type bigint");
  }

  @Test
  void aScorerWithoutACheckpointSaysWhatIsMissing() {
    assertThatThrownBy(() -> new LanguageModelScorer().transform(texts()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("setCheckpoint");
  }

  private static List<String> parameters(LanguageModelScorer scorer) {
    // Arrays have no content in a string, and are compared by themselves.
    return scorer
        .extractParamMap()
        .toString()
        .lines()
        .map(line -> line.replaceFirst(": \\[.*", ""))
        .sorted()
        .toList();
  }

  private static LanguageModelScorer scorer() {
    return new LanguageModelScorer().setCheckpoint(gpt.toString()).setTextCol("body");
  }

  private static Dataset<Row> texts() {
    return spark
        .createDataFrame(
            List.of(
                RowFactory.create("a", "Anna lived in a small village near the sea."),
                RowFactory.create("b", ""),
                RowFactory.create("c", "She had a boat. ".repeat(9))),
            TEXTS)
        .coalesce(1);
  }
}
