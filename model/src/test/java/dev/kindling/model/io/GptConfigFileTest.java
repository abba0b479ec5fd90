package dev.kindling.model.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kindling.model.arch.GptConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GptConfigFileTest {
  private static final GptConfig SMALL = new GptConfig(512, 64, 4, 4, 128, true);

  /** The keys of the published GPT-2 that decide its shape, and some that do not. */
  private static final String GPT2 =
      """
      {
        "activation_function": "gelu_new",
        "architectures": ["GPT2LMHeadModel"],
        "attn_pdrop": 0.1,
        "bos_token_id": 50256,
        "eos_token_id": 50256,
        "initializer_range": 0.02,
        "layer_norm_epsilon": 1e-05,
        "model_type": "gpt2",
        "n_ctx": 1024,
        "n_embd": 768,
        "n_head": 12,
        "n_layer": 12,
        "n_positions": 1024,
        "vocab_size": 50257
      }
      """;

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatIsWrittenIsReadBack(boolean bias) {
    GptConfigFile file =
        new GptConfigFile(
            new GptConfig(512, 64, 4, 4, 128, bias), OptionalInt.empty(), OptionalInt.of(511));

    assertThat(GptConfigFile.parse("config.json", file.toJson())).isEqualTo(file);
  }

  @Test
  void thePublishedConfigurationIsRead() {
    GptConfigFile file = parse(GPT2);

    assertThat(file.model()).isEqualTo(new GptConfig(50257, 1024, 12, 12, 768, true));
    assertThat(file.endOfTextId()).hasValue(50256);
  }

  @Test
  void theKeysAreThoseOfHuggingFace() throws IOException {
    JsonNode json =
        new ObjectMapper()
            .readTree(new GptConfigFile(SMALL, OptionalInt.empty(), OptionalInt.of(3)).toJson());

    assertThat(json.get("architectures").get(0).asText()).isEqualTo("GPT2LMHeadModel");
    assertThat(json.get("model_type").asText()).isEqualTo("gpt2");
    assertThat(json.get("vocab_size").asInt()).isEqualTo(512);
    assertThat(json.get("n_positions").asInt()).isEqualTo(64);
    assertThat(json.get("n_embd").asInt()).isEqualTo(128);
    assertThat(json.get("n_layer").asInt()).isEqualTo(4);
    assertThat(json.get("n_head").asInt()).isEqualTo(4);
    assertThat(json.get("activation_function").asText()).isEqualTo("gelu_new");
    assertThat(json.get("layer_norm_epsilon").asDouble()).isEqualTo(1e-5);
    assertThat(json.get("tie_word_embeddings").asBoolean()).isTrue();
    assertThat(json.get("bos_token_id").isNull()).isTrue();
    assertThat(json.get("eos_token_id").asInt()).isEqualTo(3);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"gpt2\" | \"llama\" | model_type is \"llama\"",
        "\"gelu_new\" | \"relu\" | activation_function is \"relu\"",
        "1e-05 | 1e-06 | layer_norm_epsilon is 1.0E-6",
        "\"n_layer\": 12 | \"n_layer\": 0 | n_layer is 0",
        "\"n_layer\": 12 | \"n_layer\": 1e9 | n_layer is 1.0E9",
        "\"n_layer\": 12 | \"n_layers\": 12 | n_layer is missing",
        "\"n_head\": 12 | \"n_head\": 7 | not a multiple of numHeads 7",
        "\"n_ctx\": 1024 | \"n_inner\": 1024 | n_inner is 1024",
        "\"n_ctx\": 1024 | \"tie_word_embeddings\": false | tie_word_embeddings is false",
        "\"n_ctx\": 1024 | \"scale_attn_weights\": 0 | scale_attn_weights is 0",
        "\"eos_token_id\": 50256 | \"eos_token_id\": -1 | eos_token_id is -1",
        "\"n_ctx\": 1024 | \"n_layer\": 3 | Duplicate field 'n_layer'",
      })
  void aModelOfAnotherKindIsRefused(String from, String to, String message) {
    assertThatThrownBy(() -> parse(GPT2.replace(from, to)))
        .isInstanceOf(WeightsFormatException.class)
        .hasMessageContaining(message);
  }

  @Test
  void oneErrorNamesEverythingThatDoesNotFit() {
    String json = GPT2.replace("gelu_new", "relu").replace("\"n_embd\": 768", "\"n_embd\": \"x\"");

    assertThatThrownBy(() -> parse(json))
        .isInstanceOf(WeightsFormatException.class)
        .hasMessageContaining("activation_function is \"relu\"")
        .hasMessageContaining("n_embd is \"x\"");
  }

  @Test
  void aMutatedFileIsEitherValidOrRefusedWithTheTypedException() {
    SplittableRandom random = new SplittableRandom(7);
    byte[] valid = new GptConfigFile(SMALL, OptionalInt.empty(), OptionalInt.of(3)).toJson();
    int refused = 0;
    for (int i = 0; i < 2_000; i++) {
      byte[] mutated = valid.clone();
      for (int change = random.nextInt(1, 4); change > 0; change--) {
        mutated[random.nextInt(mutated.length)] = (byte) random.nextInt(256);
      }
      try {
        GptConfigFile.parse("config.json", mutated);
      } catch (WeightsFormatException e) {
        assertThat(e).hasMessageContaining("to do:");
        refused++;
      }
    }
    assertThat(refused).isBetween(500, 1_999);
  }

  private static GptConfigFile parse(String json) {
    return GptConfigFile.parse("config.json", json.getBytes(StandardCharsets.UTF_8));
  }
}
