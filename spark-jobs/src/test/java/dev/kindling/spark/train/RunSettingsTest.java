package dev.kindling.spark.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kindling.data.InvalidInputException;
import java.io.IOException;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunSettingsTest {
  @TempDir java.nio.file.Path directory;
  private Path tokens;

  @BeforeEach
  void write() throws IOException {
    tokens = TinyTokens.write(directory.resolve("tokens"));
  }

  @Test
  void aSettingThatARunWasBegunWithoutHadItsDefault() {
    ObjectNode old = settings("");
    old.withObject("/fixed").put("parallel.dataParallel", 1);
    old.withObject("/fixed").remove(List.of("model.window", "model.hiddenSize"));
    ObjectNode changeable = old.withObject("/changeable");
    changeable.remove("parallel.dataParallel");
    changeable.remove("training.optimizer.kind");
    changeable.remove("training.onNonFinite");
    changeable.remove("dataParallelism.elastic");

    assertThat(RunSettings.requireCompatible("step-1", old, settings(""))).isEmpty();
    assertThat(
            RunSettings.requireCompatible(
                "step-1", old, settings("training.onNonFinite=skip parallel.dataParallel=3")))
        .containsExactlyInAnyOrder(
            "training.onNonFinite was stop and is skip", "parallel.dataParallel was 1 and is 3");
  }

  @Test
  void howReplicasAverageIsFixedAndHowTheySendIsNot() {
    ObjectNode before = settings("");

    assertThat(
            RunSettings.requireCompatible(
                "step-1", before, settings("dataParallelism.pseudoGradients=int8")))
        .containsExactly("dataParallelism.pseudoGradients was f32 and is int8");
    assertThatThrownBy(
            () ->
                RunSettings.requireCompatible(
                    "step-1", before, settings("dataParallelism.localSteps=3")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("dataParallelism.localSteps was 10 and is 3");
  }

  private ObjectNode settings(String changes) {
    TrainingPlan plan = Plans.of(tokens, directory, changes.isEmpty() ? "seed=1337" : changes);
    return RunSettings.of(
        plan,
        plan.model().forVocabulary(TinyTokens.VOCAB_SIZE),
        TokenDirectory.open(new Configuration(), tokens));
  }
}
