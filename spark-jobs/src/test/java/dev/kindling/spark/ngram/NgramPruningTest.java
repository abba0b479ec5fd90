package dev.kindling.spark.ngram;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kindling.model.ngram.NgramShape;
import dev.kindling.spark.config.NgramConfig;
import dev.kindling.spark.train.TestSpark;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NgramPruningTest {
  private static final NgramConfig TRIGRAMS = new NgramConfig(3, List.of());

  @TempDir static Path directory;
  private static SparkSession spark;
  private static org.apache.hadoop.fs.Path tokens;
  private static NgramPruning pruning;

  @BeforeAll
  static void count() throws IOException {
    tokens = Corpus.random(20, true, 200).write(directory.resolve("tokens"));
    spark = TestSpark.local(2);
    pruning = NgramPruning.of(spark, TRIGRAMS, tokens);
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3})
  void aModelIsAsLargeAsWasForetold(int threshold) {
    NgramConfig config = new NgramConfig(3, List.of(0, threshold, threshold));

    assertThat(pruning.parameters(threshold)).isEqualTo(numbers(config, "model-" + threshold));
  }

  @Test
  void theThresholdIsTheLowestThatIsWithinTheBudget() {
    long budget = pruning.parameters(2);

    assertThat(pruning.parameters(1)).isGreaterThan(budget);
    assertThat(pruning.within(budget).prune()).containsExactly(0, 2, 2);
    assertThat(pruning.within(budget - 1).prune(3)).isGreaterThan(2);
    assertThat(pruning.within(Long.MAX_VALUE)).isEqualTo(TRIGRAMS);
  }

  @Test
  void thresholdsThatWereSetAreNotGoneBelow() {
    NgramConfig set = new NgramConfig(3, List.of(0, 0, 2));
    NgramPruning counted = NgramPruning.of(spark, set, tokens);

    assertThat(counted.parameters(0)).isEqualTo(numbers(set, "set"));
    assertThat(counted.within(counted.parameters(0))).isEqualTo(set);
    assertThat(counted.within(counted.parameters(0) - 1).prune()).containsExactly(0, 1, 2);
  }

  @Test
  void whereUnigramsAloneAreOverTheBudgetNothingElseStays() {
    assertThat(pruning.parameters(pruning.within(1).prune(2))).isEqualTo(2 * 20);
  }

  /** A probability for every n-gram, and a backoff for all but trigrams. */
  private static long numbers(NgramConfig config, String name) {
    org.apache.hadoop.fs.Path output =
        new org.apache.hadoop.fs.Path(directory.resolve(name).toUri());
    NgramJob.run(spark, config, tokens, output, line -> {});
    NgramShape shape =
        NgramDirectory.open(spark.sparkContext().hadoopConfiguration(), output).shape();
    return 2 * shape.orders().get(0).kept()
        + 2 * shape.orders().get(1).kept()
        + shape.orders().get(2).kept();
  }
}
