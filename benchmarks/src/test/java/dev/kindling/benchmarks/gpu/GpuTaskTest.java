package dev.kindling.benchmarks.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class GpuTaskTest {
  @Test
  void aTokenOfTrainingCostsSixForEachParameterOfAMatmulAndTwelveForEachScore() {
    GpuTask task = GpuTask.named("gpt2-124m").withBatch(1);
    double parameters = 12 * 12 * 768.0 * 768 + 50304 * 768.0;
    double perToken = 6 * parameters + 12 * 12 * 768.0 * 1024;

    assertThat(task.flops() / 1024).isCloseTo(perToken, within(1.0));
    assertThat(GpuTask.named("gpt2-124m-scoring").withBatch(1).flops())
        .isCloseTo(task.flops() / 3, within(1.0));
  }

  @Test
  void unlessTheyAreAskedForTinyModelsAreNotMeasured() {
    assertThat(GpuTask.defaultNames())
        .containsExactly("gpt2-124m", "gpt2-124m-scoring", "bert-base", "gpt-350m");
    assertThat(GpuTask.named("tiny").model().numLayers()).isEqualTo(2);
  }

  @Test
  void anUnknownTaskIsAnsweredWithThoseThatAreKnown() {
    assertThatThrownBy(() -> GpuTask.named("gpt5"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("No task is named gpt5: choose from gpt2-124m, ");
  }
}
