package dev.kindling.model.arch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.kindling.model.nn.ParameterStore;
import dev.kindling.model.tensor.DType;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ModelInitializerTest {
  private static final GptConfig CONFIG = new GptConfig(101, 32, 8, 4, 64, true);

  private static double deviation(double[] values) {
    return Math.sqrt(Arrays.stream(values).map(x -> x * x).average().orElseThrow());
  }

  @Test
  void everyKindOfParameterHasItsDistribution() {
    try (ParameterStore parameters = ParameterStore.allocate(CONFIG.layout(), DType.F32)) {
      ModelInitializer.initialize(CONFIG, parameters, 1);
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
  void everyOtherArchitectureHasItsOwnDeviations() {
    GptConfig llama = new GptConfig(211, 32, 8, 4, 64, false, 0, GptOptions.llama(2, 96));
    assertDeviation(llama, "model.embed_tokens.weight", 0.02);
    assertDeviation(llama, "model.layers.5.self_attn.q_proj.weight", 0.02);
    assertDeviation(llama, "model.layers.5.self_attn.o_proj.weight", 0.02 / 4);
    assertDeviation(llama, "model.layers.5.mlp.gate_proj.weight", 0.02);
    assertDeviation(llama, "model.layers.5.mlp.down_proj.weight", 0.02 / 4);
    assertDeviation(llama, "lm_head.weight", 0.02);

    BertConfig bert = new BertConfig(211, 32, 8, 4, 64, 96, 0);
    assertDeviation(bert, "bert.embeddings.position_embeddings.weight", 0.02);
    assertDeviation(bert, "bert.encoder.layer.5.attention.output.dense.weight", 0.02);
    assertDeviation(bert, "bert.encoder.layer.5.output.dense.weight", 0.02);

    BartConfig bart = new BartConfig(211, 32, 8, 8, 4, 64, 96, 0);
    assertDeviation(bart, "model.shared.weight", 0.02);
    assertDeviation(bart, "model.decoder.layers.5.encoder_attn.out_proj.weight", 0.02);
    assertDeviation(bart, "model.decoder.layers.5.fc2.weight", 0.02);

    T5Config t5 = new T5Config(211, 32, 2, 2, 8, 64, 25, 100, 0, true);
    String block = "decoder.block.1.layer.";
    assertDeviation(t5, "shared.weight", 1);
    assertDeviation(t5, block + "0.SelfAttention.q.weight", 1.0 / 40);
    assertDeviation(t5, block + "0.SelfAttention.k.weight", 1.0 / 8);
    assertDeviation(t5, block + "1.EncDecAttention.v.weight", 1.0 / 8);
    assertDeviation(t5, block + "1.EncDecAttention.o.weight", 1 / Math.sqrt(200));
    assertDeviation(t5, block + "2.DenseReluDense.wi_1.weight", 1.0 / 8);
    assertDeviation(t5, block + "2.DenseReluDense.wo.weight", 1.0 / 10);
    assertDeviation(t5, "lm_head.weight", 1.0 / 8);
    T5Config manyHeads = new T5Config(11, 32, 1, 1, 64, 64, 2, 8, 0, false);
    assertDeviation(
        manyHeads, "encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight", 1.0 / 8);
  }

  @ParameterizedTest
  @MethodSource("dev.kindling.model.arch.LayoutTest#everyKind")
  void biasesAreZeroAndGainsAreOne(ArchitectureConfig config) {
    try (ParameterStore parameters = ParameterStore.allocate(config.layout(), DType.F32)) {
      ModelInitializer.initialize(config, parameters, 3);
      for (ParameterStore.Slice slice : parameters.slices()) {
        double[] values = parameters.tensor(slice).toDoubles();
        if (slice.shape().size() == 1) {
          assertThat(values)
              .as(slice.name())
              .containsOnly(slice.name().endsWith(".bias") ? 0.0 : 1.0);
        } else {
          assertThat(values).as(slice.name()).doesNotContain(0.0, 1.0);
        }
      }
    }
  }

  @Test
  void aSeedGivesTheSameBitsAndAnotherSeedOthers() {
    assertThat(flat(CONFIG, 1)).isEqualTo(flat(CONFIG, 1)).isNotEqualTo(flat(CONFIG, 2));
  }

  @Test
  void theBitsOfASeedNeverChange() {
    double[] values = values(CONFIG, "transformer.h.7.mlp.c_proj.weight");
    assertThat(values[0]).isEqualTo(0.0027000953f);
    assertThat(values[1]).isEqualTo(0.0014264993f);
    assertThat(values[4095]).isEqualTo(0.0018507763f);
    assertThat(values[4096]).isEqualTo(-0.00261303f);
    assertThat(values[16383]).isEqualTo(-0.008199332f);
  }

  @Test
  void aParameterDoesNotDependOnWhichOthersThereAre() {
    GptConfig withoutBias = new GptConfig(101, 32, 8, 4, 64, false);
    String name = "transformer.h.7.mlp.c_fc.weight";
    assertThat(values(withoutBias, name)).isEqualTo(values(CONFIG, name));
  }

  private static void assertDeviation(ArchitectureConfig config, String name, double expected) {
    double[] values = values(config, name);
    assertThat(deviation(values)).as(name).isCloseTo(expected, within(0.05 * expected));
    double mean = Arrays.stream(values).average().orElseThrow();
    assertThat(mean).as(name).isCloseTo(0, within(0.08 * expected));
  }

  private static double[] flat(GptConfig config, long seed) {
    try (ParameterStore parameters = ParameterStore.allocate(config.layout(), DType.F32)) {
      ModelInitializer.initialize(config, parameters, seed);
      return parameters.flat().toDoubles();
    }
  }

  private static double[] values(ArchitectureConfig config, String name) {
    try (ParameterStore parameters = ParameterStore.allocate(config.layout(), DType.F32)) {
      ModelInitializer.initialize(config, parameters, 1);
      return parameters.tensor(name).toDoubles();
    }
  }
}
