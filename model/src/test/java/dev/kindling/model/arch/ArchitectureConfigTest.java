package dev.kindling.model.arch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindling.model.arch.GptOptions.FeedForwardKind;
import dev.kindling.model.arch.GptOptions.Norm;
import dev.kindling.model.arch.GptOptions.Positions;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ArchitectureConfigTest {
  @ParameterizedTest
  @MethodSource
  void aShapeThatCannotBeIsRefusedByName(Supplier<Object> config, String message) {
    assertThatThrownBy(config::get)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  static Stream<Arguments> aShapeThatCannotBeIsRefusedByName() {
    return Stream.of(
        refused(() -> new GptConfig(0, 4, 1, 1, 4, true), "vocabSize is 0"),
        refused(() -> new GptConfig(5, 4, -1, 1, 4, true), "numLayers is -1"),
        refused(() -> new GptConfig(5, 4, 1, 3, 4, true), "not a multiple of numHeads 3"),
        refused(() -> gpt(4, 8, 1.0, GptOptions.GPT2), "dropout is 1.0"),
        refused(() -> gpt(4, 8, Double.NaN, GptOptions.GPT2), "dropout is NaN"),
        refused(() -> gpt(4, 16, 0, GptOptions.llama(3, 8)), "numKeyValueHeads 3"),
        refused(() -> gpt(4, 12, 0, GptOptions.llama(4, 8)), "embeddingSize / numHeads is 3"),
        refused(() -> GptOptions.llama(-1, 8), "numKeyValueHeads is -1"),
        refused(() -> GptOptions.llama(0, -8), "feedForwardSize is -8"),
        refused(() -> new BertConfig(5, 4, 1, 3, 4, 8, 0), "not a multiple of numHeads 3"),
        refused(() -> new BertConfig(5, 4, 1, 1, 4, 0, 0), "feedForwardSize is 0"),
        refused(() -> new BertConfig(5, 4, 1, 1, 4, 8, -0.1), "dropout is -0.1"),
        refused(() -> new T5Config(5, 4, 1, 0, 1, 4, 4, 8, 0, true), "numDecoderLayers is 0"),
        refused(() -> new T5Config(5, 4, 1, 1, 1, 4, 0, 8, 0, true), "headSize is 0"),
        refused(() -> new BartConfig(5, 0, 1, 1, 1, 4, 8, 0), "contextLength is 0"),
        refused(() -> new BartConfig(5, 4, 1, 1, 3, 4, 8, 0), "not a multiple of numHeads 3"));
  }

  @Test
  void optionsThatSayWhatZeroSaysGiveAnEqualConfiguration() {
    GptOptions zeros =
        new GptOptions(Positions.ROTARY, Norm.RMS_NORM, FeedForwardKind.SWIGLU, 0, 0, false);

    GptConfig config = gpt(4, 16, 0, GptOptions.llama(4, 64));

    assertThat(config).isEqualTo(gpt(4, 16, 0, zeros));
    assertThat(config.numKeyValueHeads()).isEqualTo(4);
    assertThat(config.feedForwardSize()).isEqualTo(64);
    assertThat(gpt(4, 16, 0, GptOptions.llama(2, 24)).numKeyValueHeads()).isEqualTo(2);
  }

  @Test
  void theShortConstructorGivesAGpt2WithoutDropout() {
    assertThat(new GptConfig(5, 4, 1, 2, 16, false))
        .isEqualTo(new GptConfig(5, 4, 1, 2, 16, false, 0, GptOptions.GPT2));
  }

  private static GptConfig gpt(
      int numHeads, int embeddingSize, double dropout, GptOptions options) {
    return new GptConfig(5, 4, 1, numHeads, embeddingSize, true, dropout, options);
  }

  private static Arguments refused(Supplier<Object> config, String message) {
    return Arguments.of(config, message);
  }
}
