package dev.kindling.spark.ngram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.kindling.data.InvalidInputException;
import dev.kindling.model.ngram.NgramModel;
import dev.kindling.spark.config.NgramConfig;
import dev.kindling.spark.score.LanguageModelScorer;
import dev.kindling.spark.train.TestSpark;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
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

class NgramScoringTest {
  private static final Corpus CORPUS = Corpus.random(9, true, 300);
  private static final StructType TEXTS = new StructType().add("text", DataTypes.StringType);

  @TempDir static Path directory;
  private static SparkSession spark;
  private static NgramModel model;

  @BeforeAll
  static void train() throws IOException {
    spark = TestSpark.local(2);
    spark.conf().set("spark.sql.shuffle.partitions", 2);
    org.apache.hadoop.fs.Path tokens = CORPUS.write(directory.resolve("tokens"));
    NgramJob.run(spark, new NgramConfig(3, List.of()), tokens, path(), line -> {});
    model = NgramDirectory.open(new Configuration(), path()).load();
  }

  @AfterAll
  static void closeSpark() {
    spark.stop();
  }

  /** The longest text takes several windows. */
  @Test
  void aTextIsAsLikelyAsItsTokensOneByOne() {
    List<int[]> texts = new ArrayList<>();
    int[] all = letters(CORPUS.train());
    texts.add(all);
    texts.add(Arrays.copyOf(all, 1));
    texts.add(Arrays.copyOfRange(all, 5, 40));
    assertThat(all.length).isGreaterThan(NgramModel.CONTEXT_LENGTH);

    List<Row> rows =
        scorer().transform(table(texts.stream().map(CORPUS::text).toList())).collectAsList();

    for (int i = 0; i < texts.size(); i++) {
      double expected = Arrays.stream(model.logProbabilities(new int[] {0}, texts.get(i))).sum();
      assertThat(rows.get(i).<Double>getAs("log_likelihood"))
          .isEqualTo(expected, within(1e-6 * texts.get(i).length));
      assertThat(rows.get(i).<Long>getAs("tokens")).isEqualTo(texts.get(i).length);
    }
  }

  @Test
  void aContinuationIsAsLikelyAsItsTokensBehindItsContext() {
    StructType pairs =
        new StructType()
            .add("context", DataTypes.StringType)
            .add("continuation", DataTypes.StringType);
    List<Row> rows =
        scorer()
            .setMode("continuation")
            .transform(
                spark.createDataFrame(
                    List.of(
                        RowFactory.create("abc", "de"),
                        RowFactory.create("", "a"),
                        RowFactory.create("abc", "aa")),
                    pairs))
            .collectAsList();

    assertThat(rows).hasSize(3);
    // An empty context is the beginning of a document.
    assertContinuation(rows.get(0), new int[] {1, 2, 3}, 4, 5);
    assertContinuation(rows.get(1), new int[] {0}, 1);
    assertContinuation(rows.get(2), new int[] {1, 2, 3}, 1, 1);
  }

  private static void assertContinuation(Row row, int[] context, int... continuation) {
    double expected = Arrays.stream(model.logProbabilities(context, continuation)).sum();
    assertThat(row.<Double>getAs("log_likelihood")).isEqualTo(expected, within(1e-5));
    assertThat(row.<Long>getAs("tokens")).isEqualTo(continuation.length);
  }

  @Test
  void theLikeliestChoiceIsTaken() {
    StructType questions =
        new StructType()
            .add("context", DataTypes.StringType)
            .add("choices", DataTypes.createArrayType(DataTypes.StringType))
            .add("label", DataTypes.IntegerType);
    List<String> choices = List.of("a", "b", "c", "d", "e", "f", "g", "h");
    double[] expected = new double[8];
    int best = 0;
    for (int i = 0; i < 8; i++) {
      expected[i] = model.logProbabilities(new int[] {3, 2}, new int[] {i + 1})[0];
      best = expected[i] > expected[best] ? i : best;
    }

    Row row =
        scorer()
            .setMode("choice")
            .setAnswerDelimiter("")
            .transform(
                spark.createDataFrame(
                    List.of(RowFactory.create("cb", choices.toArray(), best)), questions))
            .collectAsList()
            .get(0);

    List<Double> logLikelihoods = row.getList(row.fieldIndex("log_likelihoods"));
    for (int i = 0; i < 8; i++) {
      assertThat(logLikelihoods.get(i)).isEqualTo(expected[i], within(1e-5));
    }
    assertThat(row.<Integer>getAs("prediction")).isEqualTo(best);
    assertThat(row.<Double>getAs("acc")).isEqualTo(1.0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"masked", "embed", "generate"})
  void whatAnNgramModelDoesNotKnowIsRefused(String mode) {
    assertThatThrownBy(
            () -> scorer().setMode(mode).setTemplate("{{text}}").transform(table(List.of("abc"))))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("holds a 3-gram model, which cannot be asked in the mode " + mode)
        .hasMessageContaining("rolling, continuation, choice");
  }

  private static LanguageModelScorer scorer() {
    return new LanguageModelScorer().setCheckpoint(path().toString());
  }

  private static Dataset<Row> table(List<String> texts) {
    return spark
        .createDataFrame(texts.stream().map(RowFactory::create).toList(), TEXTS)
        .coalesce(1);
  }

  private static int[] letters(List<int[]> documents) {
    return documents.stream().flatMapToInt(Arrays::stream).filter(id -> id > 0).toArray();
  }

  private static org.apache.hadoop.fs.Path path() {
    return new org.apache.hadoop.fs.Path(directory.resolve("model").toUri());
  }
}
