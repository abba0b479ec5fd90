package dev.kindling.spark.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.kindling.data.InvalidInputException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Executors that are too small are refused before the first round, and what is advised is enough.
 */
class MemoryPreflightTest {
  /** 25 million parameters: 505 MB of arrays in the heap of a task. */
  private static final String SHAPE =
      "model.numLayers=8 model.numHeads=8 model.embeddingSize=512 model.contextLength=8"
          + " training.batchSize=1 training.steps=2 training.evaluateEverySteps=0"
          + " dataParallelism.localSteps=1 parallel.dataParallel=1 ";

  private static final Pattern ADVICE =
      Pattern.compile("use --master '(\\S+)' --conf spark.executor.memory=(\\S+)");

  @TempDir static Path directory;
  @TempDir Path own;
  private static org.apache.hadoop.fs.Path tokens;

  private static final class Warnings implements ProgressListener {
    private final List<String> said = new ArrayList<>();

    @Override
    public void warning(String message) {
      said.add(message);
    }
  }

  @BeforeAll
  static void writeTokens() throws IOException {
    tokens = TinyTokens.write(directory.resolve("tokens"));
  }

  @Test
  void whatIsAdvisedToExecutorsThatAreTooSmallIsEnoughForTheRun() {
    Path output = own.resolve("run");
    TrainingPlan plan = Plans.of(tokens, output, SHAPE);
    InvalidInputException refused;
    try (SparkSession small = TestSpark.cluster(1, Map.of("spark.executor.memory", "460m"))) {
      refused =
          catchThrowableOfType(
              InvalidInputException.class,
              () -> TrainingRun.run(small, plan, ProgressListener.NONE));
    }

    assertThat(refused).hasMessageContaining("each executor has 460.0 MiB of Java heap");
    assertThat(output).doesNotExist();
    Matcher advice = ADVICE.matcher(refused.getMessage());
    assertThat(advice.find()).as(refused.getMessage()).isTrue();

    Warnings warnings = new Warnings();
    Map<String, String> advised =
        Map.of("spark.master", advice.group(1), "spark.executor.memory", advice.group(2));
    try (SparkSession enough = TestSpark.cluster(1, advised)) {
      assertThat(TrainingRun.run(enough, plan, warnings).summary().steps()).isEqualTo(2);
    }
    assertThat(warnings.said).isEmpty();
  }

  @Test
  void aPipelineThatSharesTheModelFitsWhereAWholeReplicaDoesNot() {
    TrainingPlan plan =
        Plans.of(
            tokens,
            own.resolve("run"),
            SHAPE + " training.batchSize=2 parallel.pipelineParallel=2 parallel.microBatches=2");
    try (SparkSession small = TestSpark.cluster(2, Map.of("spark.executor.memory", "460m"))) {
      assertThat(TrainingRun.run(small, plan, new Warnings()).summary().steps()).isEqualTo(2);
    }
  }
}
