package dev.kindling.spark.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.kindling.data.manifest.Manifest;
import dev.kindling.spark.cli.CommandLineRun;
import dev.kindling.spark.cli.SparkSessions;
import dev.kindling.spark.score.plan.ScoreMode;
import dev.kindling.spark.train.TinyTokens;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A vocabulary of eleven characters, without one that ends a text and one for all others. */
class UnknownCharactersTest {
  @TempDir java.nio.file.Path directory;

  @Test
  void textsOfOtherCharactersAreReportedAndTheFirstTokenIsOneOfEleven() throws IOException {
    Path tokens = TinyTokens.write(directory.resolve("tokens"));
    java.nio.file.Path run = directory.resolve("run");
    CommandLineRun pretrained =
        CommandLineRun.kindling(
            "pretrain",
            "--input",
            tokens,
            "--output",
            run,
            "--master",
            "local[1]",
            "--set",
            "model.contextLength=8",
            "--set",
            "model.numLayers=1",
            "--set",
            "model.numHeads=1",
            "--set",
            "model.embeddingSize=8",
            "--set",
            "training.steps=2");
    assertThat(pretrained.exitCode()).as(pretrained.err()).isZero();
    try (SparkSession spark = SparkSessions.open("test", Optional.of("local[1]"))) {
      ScoredTables tables = new ScoredTables(spark, directory);
      Path input =
          tables.jsonLines(
              "texts",
              "{'id': 1, 'text': 'a'}",
              "{'id': 2, 'text': 'XYZ'}",
              "{'id': 3, 'text': 'abcX'}",
              "{'id': 4, 'text': ''}");

      Manifest manifest = tables.score(ScoreMode.ROLLING, new Path(run.toUri()), input, "out");
      Manifest contexts =
          tables.score(
              ScoreMode.GENERATE,
              new Path(run.toUri()),
              input,
              "generated",
              "score.prompt.template={{text}}");

      List<Row> rows = tables.rows("out");
      assertThat(rows.get(0).<Double>getAs("log_likelihood"))
          .isCloseTo(-Math.log(TinyTokens.VOCAB_SIZE), within(1e-9));
      assertThat(rows.get(1).<String>getAs("score_error")).startsWith("unknown-characters: ");
      assertThat(rows.get(2).<String>getAs("score_error")).startsWith("unknown-characters: ");
      assertThat(rows.get(3).<Double>getAs("log_likelihood")).isZero();
      assertThat(manifest.details().path("notScored").toString())
          .isEqualTo("{\"unknown-characters\":2}");
      // Nothing can stand before an empty prompt.
      assertThat(contexts.details().path("notScored").toString())
          .isEqualTo("{\"no-context\":1,\"unknown-characters\":2}");
    }
  }
}
