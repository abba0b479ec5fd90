package dev.kindling.model.arch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.kindling.model.nn.ParameterStore;
import dev.kindling.model.tensor.DType;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class GptInitializerTest {
  private static final GptConfig CONFIG = new GptConfig(101, 32, 8, 4, 64, true);

  private static double deviation(double[] values) {
    return Math.sqrt(Arrays.stream(values).map(x -> x * x).average().orElseThrow());
  }

  @Test
  void everyKindOfParameterHasItsDistribution() {
    try (ParameterStore parameters = ParameterStore.allocate(Gpt.layout(CONFIG), DType.F32)) {
      GptInitializer.initialize(CONFIG, parameters, 1);
      for (ParameterStore.Slice slice : parameters.slices()) {
        double[] values = parameters.tensor(slice).toDoubles();
        if (slice.name().endsWith("bias")) {
          assertThat(values).containsOnly(0);
        } else if (slice.shape().size() == 1) {
          assertThat(values).containsOnly(1);
        } else {
          boolean residual = slice.name().endsWith("c_proj.weight");
          double expected = residual ? 0.02 / Math.sqrt(16) : 0.02;
          assertThat(deviation(values))
              .as(slice.name())
              .isCloseTo(expected, within(0.05 * expected));
          double mean = Arrays.stream(values).average().orElseThrow();
          assertThat(mean).isCloseTo(0, within(0.1 * expected));
        }
      }
    }
  }

  @Test
  void aSeedGivesTheSameBitsAndAnotherSeedOthers() {
    assertThat(flat(CONFIG, 1)).isEqualTo(flat(CONFIG, 1)).isNotEqualTo(flat(CONFIG, 2));
  }

  @Test
  void aParameterDoesNotDependOnWhichOthersThereAre() {
    GptConfig withoutBias = new GptConfig(101, 32, 8, 4, 64, false);
    String name = "transformer.h.7.mlp.c_fc.weight";
    assertThat(values(withoutBias, name)).isEqualTo(values(CONFIG, name));
  }

  private static double[] flat(GptConfig config, long seed) {
    try (ParameterStore parameters = ParameterStore.allocate(Gpt.layout(config), DType.F32)) {
      GptInitializer.initialize(config, parameters, seed);
      return parameters.flat().toDoubles();
    }
  }

  private static double[] values(GptConfig config, String name) {
    try (ParameterStore parameters = ParameterStore.allocate(Gpt.layout(config), DType.F32)) {
      GptInitializer.initialize(config, parameters, 1);
      return parameters.tensor(name).toDoubles();
    }
  }
}
