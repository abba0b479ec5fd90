package dev.kindling.spark.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindling.data.InvalidInputException;
import dev.kindling.spark.sweep.cluster.Scaling;
import dev.kindling.spark.train.TinyTokens;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sequences of 8 tokens; the base has batches of 6 sequences on each of 2 replicas, 10 times. */
class SweepPlanTest {
  private static final List<String> BASE =
      List.of(
          "model.contextLength=8",
          "model.numLayers=1",
          "model.numHeads=2",
          "model.embeddingSize=8",
          "training.steps=10",
          "training.batchSize=6",
          "training.optimizer.warmupSteps=1",
          "parallel.dataParallel=2");

  @TempDir static Path directory;
  private static org.apache.hadoop.fs.Path tokens;

  @BeforeAll
  static void writeTokens() throws IOException {
    tokens = TinyTokens.write(directory.resolve("tokens"));
  }

  @ParameterizedTest
  @CsvSource({
    "strong, 1, 12, 10",
    "strong, 2,  6, 10",
    "strong, 4,  3, 10",
    "strong, 12, 1, 10",
    "weak,   1,  6, 20",
    "weak,   2,  6, 10",
    "weak,   4,  6,  5",
    "weak,   3,  6,  7", // 960 tokens / (3 x 6 x 8) are 6.67 steps
  })
  void replicasShareTheGlobalBatchOrBringTheirOwnAtEqualTokens(
      String scaling, int replicas, int batch, int steps) {
    PlannedRun run = only(scaling, "replicas=" + replicas);

    assertThat(run.config().parallel().dataParallel()).isEqualTo(replicas);
    assertThat(run.config().training().batchSize()).isEqualTo(batch);
    assertThat(run.config().training().steps()).isEqualTo(steps);
    assertThat(run.config().training().optimizer().decaySteps()).isEqualTo(steps);
    assertThat(run.tokensAsked()).isEqualTo(10 * 2 * 6 * 8);
    assertThat(run.tokens()).isEqualTo((long) steps * replicas * batch * 8);
  }

  @Test
  void tokensBecomeStepsRoundedUp() {
    PlannedRun run = only("strong", "tokens=1000");

    assertThat(run.config().training().steps()).isEqualTo(11);
    assertThat(run.tokens()).isEqualTo(1056);
    assertThat(run.flops()).isEqualTo(6.0 * run.parameters() * 1056);
    assertThat(run.parameters() - run.nonEmbeddingParameters())
        .isEqualTo((TinyTokens.VOCAB_SIZE + 8) * 8);
  }

  @Test
  void whatARunSetsLiesOverTheOptionsAndTheseOverWhatIsCommon() {
    SweepSpec sweep =
        SweepSpec.of(
            Optional.of(Path.of("src/test/resources/sweep-layers.yaml")),
            List.of(),
            Optional.empty());
    SweepPlan plan = SweepPlan.of(new Configuration(), tokens, sweep, Optional.empty(), BASE);

    assertThat(plan.runs().get(0).config().seed()).isEqualTo(3);
    assertThat(plan.runs().get(0).config().model().embeddingSize()).isEqualTo(8);
    assertThat(plan.runs().get(0).config().generate().seed()).isEqualTo(77);
    assertThat(plan.base().seed()).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "replicas=2,5              | run 2 (replicas=5): replicas is 5, but the global batch",
        "model.numHeads=2,3        | run 2 (model.numHeads=3): --vary model.numHeads=3",
        "model.numHead=2           | did you mean 'model.numHeads'?",
        "model.contextLength=8,9000 | run 2 (model.contextLength=9000)",
        "parallel.microBatches=1,7 | run 2 (parallel.microBatches=7): parallel.microBatches is 7",
        "parallel.pipelineParallel=1,64 | run 2 (parallel.pipelineParallel=64)",
      })
  void aRunThatCannotBeTrainedIsNamedBeforeTheFirstOneStarts(String vary, String message) {
    assertThatThrownBy(() -> plan("strong", vary.strip()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(message.strip());
  }

  private static PlannedRun only(String scaling, String vary) {
    return plan(scaling, vary).runs().get(0);
  }

  private static SweepPlan plan(String scaling, String vary) {
    SweepSpec sweep =
        SweepSpec.of(
            Optional.empty(),
            List.of(vary),
            Optional.of(scaling.equals("weak") ? Scaling.WEAK : Scaling.STRONG));
    return SweepPlan.of(new Configuration(), tokens, sweep, Optional.empty(), BASE);
  }
}
