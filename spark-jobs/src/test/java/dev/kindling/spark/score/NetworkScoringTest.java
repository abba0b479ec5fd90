package dev.kindling.spark.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.kindling.data.InvalidInputException;
import dev.kindling.data.tokenizer.Tokenizer;
import dev.kindling.data.tokenizer.TokenizerFile;
import dev.kindling.model.arch.NetworkConfig;
import dev.kindling.model.batch.CausalBatch;
import dev.kindling.model.dl4j.NetworkModel;
import dev.kindling.model.nn.ParameterStore;
import dev.kindling.model.tensor.DType;
import dev.kindling.spark.checkpoint.CheckpointReader;
import dev.kindling.spark.cli.SparkSessions;
import dev.kindling.spark.score.plan.ScoreMode;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An ELMo answers from its checkpoint what its network says when it is asked itself. */
class NetworkScoringTest {
  private static final String TEXT = "Anna lived near the sea.";
  private static SparkSession spark;
  private static Path elmo;
  private static ParameterStore parameters;
  private static NetworkModel network;
  private static Tokenizer tokenizer;
  @TempDir java.nio.file.Path directory;

  @BeforeAll
  static void open() {
    elmo = ScoredTables.elmo();
    spark = SparkSessions.open("test", Optional.of("local[2]"));
    Configuration hadoop = new Configuration();
    CheckpointReader checkpoint = CheckpointReader.open(hadoop, elmo);
    NetworkConfig config = (NetworkConfig) checkpoint.model();
    parameters = ParameterStore.allocate(config.layout(), DType.F32);
    checkpoint.load(parameters);
    network = new NetworkModel(config, parameters);
    tokenizer = TokenizerFile.load(hadoop, checkpoint.tokenizer());
  }

  @AfterAll
  static void close() {
    network.close();
    parameters.close();
    spark.stop();
  }

  @Test
  void theLikelihoodOfATextIsThatOfTheForwardModel() {
    ScoredTables tables = new ScoredTables(spark, directory);
    Path input = tables.jsonLines("texts", "{'id': 1, 'text': '" + TEXT + "'}");

    tables.score(ScoreMode.ROLLING, elmo, input, "out");

    int[] ids = tokenizer.encode(TEXT);
    int[] inputs = new int[ids.length];
    inputs[0] = tokenizer.endOfTextId().orElseThrow();
    System.arraycopy(ids, 0, inputs, 1, ids.length - 1);
    assertThat(tables.rows("out").get(0).<Double>getAs("log_likelihood"))
        .isCloseTo(
            -sum(network.tokenLosses(new CausalBatch(1, ids.length, inputs, ids))), within(1e-4));
  }

  @Test
  void aContinuationIsScoredBehindItsContext() {
    ScoredTables tables = new ScoredTables(spark, directory);
    Path input =
        tables.jsonLines(
            "pairs",
            "{'id': 1, 'context': 'Anna lived', 'continuation': ' near the sea'}",
            "{'id': 2, 'context': 'Anna lived', 'continuation': ' in a village'}");

    tables.score(ScoreMode.CONTINUATION, elmo, input, "out");

    int[] context = tokenizer.encode("Anna lived");
    int[] whole = tokenizer.encode("Anna lived near the sea");
    int[] inputs = Arrays.copyOf(whole, whole.length - 1);
    int[] targets = Arrays.copyOfRange(whole, 1, whole.length);
    Arrays.fill(targets, 0, context.length - 1, -1);
    assertThat(tables.rows("out").get(0).<Double>getAs("log_likelihood"))
        .isCloseTo(
            -sum(network.tokenLosses(new CausalBatch(1, inputs.length, inputs, targets))),
            within(1e-4));
  }

  @Test
  void theVectorOfATextIsTheMeanOfItsTokensContextualVectors() {
    ScoredTables tables = new ScoredTables(spark, directory);
    Path input =
        tables.jsonLines(
            "texts",
            "{'id': 1, 'text': '" + TEXT + "'}",
            "{'id': 2, 'text': 'Anna lived in a village by the sea, and so did she.'}");

    tables.score(ScoreMode.EMBED, elmo, input, "out");

    int[] ids = tokenizer.encode(TEXT);
    float[] hidden = network.hiddenStates(ids, new int[] {ids.length});
    Row row = tables.rows("out").get(0);
    List<Float> vector = row.getList(row.fieldIndex("embedding"));
    assertThat(vector).hasSize(network.width());
    for (int i = 0; i < vector.size(); i++) {
      double mean = 0;
      for (int t = 0; t < ids.length; t++) {
        mean += hidden[t * network.width() + i] / ids.length;
      }
      assertThat(vector.get(i)).isCloseTo((float) mean, within(1e-5f));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"GENERATE", "MASKED"})
  void whatANetworkCannotBeAskedIsRefused(ScoreMode mode) {
    ScoredTables tables = new ScoredTables(spark, directory);
    Path input = tables.jsonLines("texts", "{'id': 1, 'text': 'x', 'context': 'x'}");

    assertThatThrownBy(() -> tables.score(mode, elmo, input, "out"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("elmo network")
        .hasMessageContaining("rolling, continuation, choice, embed");
  }

  @Test
  void aPrecisionThatANetworkDoesNotComputeInIsRefusedBeforeAnyRow() {
    ScoredTables tables = new ScoredTables(spark, directory);
    Path input = tables.jsonLines("texts", "{'id': 1, 'text': 'x'}");

    assertThatThrownBy(
            () -> tables.score(ScoreMode.ROLLING, elmo, input, "out", "score.precision=bf16"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("set score.precision=f32");
  }

  private static double sum(float[] losses) {
    double sum = 0;
    for (float loss : losses) {
      sum += loss;
    }
    return sum;
  }
}
