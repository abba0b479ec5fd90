package dev.kindling.model.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kindling.model.arch.BartConfig;
import dev.kindling.model.arch.BertConfig;
import dev.kindling.model.arch.GptConfig;
import dev.kindling.model.arch.GptOptions;
import dev.kindling.model.arch.ModelShape;
import dev.kindling.model.arch.NetworkConfig;
import dev.kindling.model.arch.T5Config;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Each architecture is read from a file with the keys that the published ones have. */
class ModelConfigFileTest {
  private static final OptionalInt NONE = OptionalInt.empty();

  private static final String GPT2 =
      """
      {
        "activation_function": "gelu_new",
        "architectures": ["GPT2LMHeadModel"],
        "attn_pdrop": 0.1,
        "bos_token_id": 50256,
        "embd_pdrop": 0.1,
        "eos_token_id": 50256,
        "initializer_range": 0.02,
        "layer_norm_epsilon": 1e-05,
        "model_type": "gpt2",
        "n_ctx": 1024,
        "n_embd": 768,
        "n_head": 12,
        "n_layer": 12,
        "n_positions": 1024,
        "resid_pdrop": 0.1,
        "summary_activation": null,
        "summary_first_dropout": 0.1,
        "summary_proj_to_labels": true,
        "summary_type": "cls_index",
        "summary_use_proj": true,
        "task_specific_params": {"text-generation": {"do_sample": true, "max_length": 50}},
        "vocab_size": 50257
      }
      """;

  private static final String LLAMA =
      """
      {
        "architectures": ["LlamaForCausalLM"],
        "bos_token_id": 1,
        "eos_token_id": 2,
        "hidden_act": "silu",
        "hidden_size": 4096,
        "initializer_range": 0.02,
        "intermediate_size": 11008,
        "max_position_embeddings": 4096,
        "model_type": "llama",
        "num_attention_heads": 32,
        "num_hidden_layers": 32,
        "num_key_value_heads": 32,
        "pretraining_tp": 1,
        "rms_norm_eps": 1e-05,
        "rope_scaling": null,
        "tie_word_embeddings": false,
        "torch_dtype": "float16",
        "use_cache": true,
        "vocab_size": 32000
      }
      """;

  private static final String BERT =
      """
      {
        "architectures": ["BertForMaskedLM"],
        "attention_probs_dropout_prob": 0.1,
        "gradient_checkpointing": false,
        "hidden_act": "gelu",
        "hidden_dropout_prob": 0.1,
        "hidden_size": 768,
        "initializer_range": 0.02,
        "intermediate_size": 3072,
        "layer_norm_eps": 1e-12,
        "max_position_embeddings": 512,
        "model_type": "bert",
        "num_attention_heads": 12,
        "num_hidden_layers": 12,
        "pad_token_id": 0,
        "position_embedding_type": "absolute",
        "transformers_version": "4.6.0.dev0",
        "type_vocab_size": 2,
        "use_cache": true,
        "vocab_size": 30522
      }
      """;

  private static final String T5 =
      """
      {
        "architectures": ["T5ForConditionalGeneration"],
        "d_ff": 2048,
        "d_kv": 64,
        "d_model": 512,
        "decoder_start_token_id": 0,
        "dropout_rate": 0.1,
        "eos_token_id": 1,
        "initializer_factor": 1.0,
        "is_encoder_decoder": true,
        "layer_norm_epsilon": 1e-06,
        "model_type": "t5",
        "n_positions": 512,
        "num_heads": 8,
        "num_layers": 6,
        "output_past": true,
        "pad_token_id": 0,
        "relative_attention_num_buckets": 32,
        "task_specific_params": {"summarization": {"early_stopping": true, "num_beams": 4}},
        "vocab_size": 32128
      }
      """;

  private static final String T5_GATED =
      """
      {
        "architectures": ["T5ForConditionalGeneration"],
        "d_ff": 1024,
        "d_kv": 64,
        "d_model": 512,
        "decoder_start_token_id": 0,
        "dropout_rate": 0.1,
        "eos_token_id": 1,
        "feed_forward_proj": "gated-gelu",
        "initializer_factor": 1.0,
        "is_encoder_decoder": true,
        "layer_norm_epsilon": 1e-06,
        "model_type": "t5",
        "num_decoder_layers": 8,
        "num_heads": 6,
        "num_layers": 8,
        "output_past": true,
        "pad_token_id": 0,
        "relative_attention_num_buckets": 32,
        "tie_word_embeddings": false,
        "vocab_size": 32128
      }
      """;

  private static final String BART =
      """
      {
        "activation_dropout": 0.1,
        "activation_function": "gelu",
        "add_bias_logits": false,
        "add_final_layer_norm": false,
        "architectures": ["BartModel"],
        "attention_dropout": 0.1,
        "bos_token_id": 0,
        "classif_dropout": 0.1,
        "classifier_dropout": 0.0,
        "d_model": 768,
        "decoder_attention_heads": 12,
        "decoder_ffn_dim": 3072,
        "decoder_layerdrop": 0.0,
        "decoder_layers": 6,
        "decoder_start_token_id": 2,
        "dropout": 0.1,
        "early_stopping": true,
        "encoder_attention_heads": 12,
        "encoder_ffn_dim": 3072,
        "encoder_layerdrop": 0.0,
        "encoder_layers": 6,
        "eos_token_id": 2,
        "forced_eos_token_id": 2,
        "gradient_checkpointing": false,
        "id2label": {"0": "LABEL_0", "1": "LABEL_1", "2": "LABEL_2"},
        "init_std": 0.02,
        "is_encoder_decoder": true,
        "label2id": {"LABEL_0": 0, "LABEL_1": 1, "LABEL_2": 2},
        "max_position_embeddings": 1024,
        "model_type": "bart",
        "no_repeat_ngram_size": 3,
        "normalize_before": false,
        "normalize_embedding": true,
        "num_beams": 4,
        "num_hidden_layers": 6,
        "pad_token_id": 1,
        "scale_embedding": false,
        "torch_dtype": "float32",
        "use_cache": true,
        "vocab_size": 50265
      }
      """;

  @ParameterizedTest
  @MethodSource("dev.kindling.model.io.ModelFiles#everyKind")
  void whatIsWrittenIsReadBack(ModelShape model) {
    SpecialTokenIds none = SpecialTokenIds.ofText(NONE, NONE);
    SpecialTokenIds all =
        new SpecialTokenIds(
            OptionalInt.of(3),
            OptionalInt.of(0),
            OptionalInt.of(5),
            OptionalInt.of(6),
            OptionalInt.of(7));
    for (SpecialTokenIds ids : new SpecialTokenIds[] {none, all}) {
      ModelConfigFile file = new ModelConfigFile(model, ids);

      assertThat(ModelConfigFile.parse("config.json", file.toJson())).isEqualTo(file);
    }
  }

  @Test
  void thePublishedGpt2IsRead() {
    ModelConfigFile file = parse(GPT2);

    assertThat(file.model())
        .isEqualTo(new GptConfig(50257, 1024, 12, 12, 768, true, 0.1, GptOptions.GPT2));
    assertThat(file.specialTokens())
        .isEqualTo(SpecialTokenIds.ofText(OptionalInt.of(50256), OptionalInt.of(50256)));
  }

  @Test
  void thePublishedLlamaIsRead() {
    GptOptions options = GptOptions.llama(32, 11008);

    assertThat(parse(LLAMA).model())
        .isEqualTo(new GptConfig(32000, 4096, 32, 32, 4096, false, 0, options));
  }

  @Test
  void thePublishedBertIsRead() {
    ModelConfigFile file = parse(BERT);

    assertThat(file.model()).isEqualTo(new BertConfig(30522, 512, 12, 12, 768, 3072, 0.1));
    assertThat(file.specialTokens().padding()).hasValue(0);
    assertThat(file.specialTokens().endOfText()).isEmpty();
  }

  @Test
  void thePublishedT5IsReadInBothVersions() {
    assertThat(parse(T5).model())
        .isEqualTo(new T5Config(32128, 512, 6, 6, 8, 512, 64, 2048, 0.1, false));
    assertThat(parse(T5_GATED).model())
        .isEqualTo(new T5Config(32128, 512, 8, 8, 6, 512, 64, 1024, 0.1, true));
    assertThat(parse(T5).specialTokens().decoderStart()).hasValue(0);
  }

  @Test
  void thePublishedBartIsRead() {
    ModelConfigFile file = parse(BART);

    assertThat(file.model()).isEqualTo(new BartConfig(50265, 1024, 6, 6, 12, 768, 3072, 0.1));
    assertThat(file.specialTokens())
        .isEqualTo(
            new SpecialTokenIds(
                OptionalInt.of(0), OptionalInt.of(2), OptionalInt.of(1), OptionalInt.of(2), NONE));
  }

  @Test
  void theKeysAreThoseOfHuggingFace() throws IOException {
    GptConfig model = new GptConfig(512, 64, 4, 4, 128, true);
    JsonNode json = written(model, SpecialTokenIds.ofText(NONE, OptionalInt.of(3)));

    assertThat(json.get("architectures").get(0).asText()).isEqualTo("GPT2LMHeadModel");
    assertThat(json.get("model_type").asText()).isEqualTo("gpt2");
    assertThat(json.get("vocab_size").asInt()).isEqualTo(512);
    assertThat(json.get("n_positions").asInt()).isEqualTo(64);
    assertThat(json.get("n_embd").asInt()).isEqualTo(128);
    assertThat(json.get("n_layer").asInt()).isEqualTo(4);
    assertThat(json.get("n_head").asInt()).isEqualTo(4);
    assertThat(json.get("n_inner").isNull()).isTrue();
    assertThat(json.get("activation_function").asText()).isEqualTo("gelu_new");
    assertThat(json.get("layer_norm_epsilon").asDouble()).isEqualTo(1e-5);
    assertThat(json.get("tie_word_embeddings").asBoolean()).isTrue();
    assertThat(json.get("bos_token_id").isNull()).isTrue();
    assertThat(json.get("eos_token_id").asInt()).isEqualTo(3);
  }

  @ParameterizedTest
  @MethodSource("dev.kindling.model.io.ModelFiles#everyKind")
  void anIdThatHuggingFaceWouldMakeUpIsSaidNotToBeThere(ModelShape model) throws IOException {
    SpecialTokenIds none = SpecialTokenIds.ofText(NONE, NONE);
    JsonNode json = written(model, none);

    for (String key : ConfigCodec.of(model).idsWithDefaults()) {
      assertThat(json.has(key)).as(key).isTrue();
      assertThat(json.get(key).isNull()).as(key).isTrue();
    }
  }

  @Test
  void aGptThatHuggingFaceHasNoClassForSpellsItsOptionsOut() throws IOException {
    GptOptions options =
        new GptOptions(
            GptOptions.Positions.ROTARY,
            GptOptions.Norm.LAYER_NORM,
            GptOptions.FeedForwardKind.SWIGLU,
            2,
            0,
            true);
    GptConfig model = new GptConfig(512, 64, 4, 4, 128, true, 0.1, options);
    JsonNode json = written(model, SpecialTokenIds.ofText(NONE, NONE));

    assertThat(json.get("model_type").asText()).isEqualTo("kindling-gpt");
    assertThat(json.get("positions").asText()).isEqualTo("rotary");
    assertThat(json.get("norm").asText()).isEqualTo("layer_norm");
    assertThat(json.get("feed_forward").asText()).isEqualTo("swiglu");
    assertThat(json.get("num_key_value_heads").asInt()).isEqualTo(2);
    assertThat(json.get("intermediate_size").asInt()).isEqualTo(512);
    assertThat(json.get("tie_word_embeddings").asBoolean()).isTrue();
    assertThat(json.get("bias").asBoolean()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "gpt2\" | xlnet\" | model_type is \"xlnet\", not one of [gpt2, llama, kindling-gpt, bert",
        "\"gelu_new\" | \"relu\" | activation_function is \"relu\"",
        "1e-05 | 1e-06 | layer_norm_epsilon is 1.0E-6, not 1.0E-5",
        "1e-05 | \"1e-05\" | layer_norm_epsilon is \"1e-05\"",
        "\"n_layer\": 12 | \"n_layer\": 0 | n_layer is 0",
        "\"n_layer\": 12 | \"n_layer\": 10001 | n_layer is 10001, not a number from 1 to 10000",
        "\"n_layer\": 12 | \"n_layer\": 1e9 | n_layer is 1.0E9",
        "\"n_layer\": 12 | \"n_layers\": 12 | n_layer is missing",
        "\"n_head\": 12 | \"n_head\": 7 | not a multiple of numHeads 7",
        "\"n_ctx\": 1024 | \"n_inner\": 0 | n_inner is 0",
        "\"n_ctx\": 1024 | \"tie_word_embeddings\": false | tie_word_embeddings is false, not true",
        "\"n_ctx\": 1024 | \"scale_attn_weights\": 0 | scale_attn_weights is 0",
        "\"n_ctx\": 1024 | \"scale_attn_by_inverse_layer_idx\": true | inverse_layer_idx is true",
        "\"n_ctx\": 1024 | \"add_cross_attention\": true | add_cross_attention is true",
        "\"n_ctx\": 1024 | \"pruned_heads\": {\"0\": [1]} | pruned_heads is an object, not null",
        "\"resid_pdrop\": 0.1 | \"resid_pdrop\": 1 | resid_pdrop is 1, not a probability",
        "\"eos_token_id\": 50256 | \"eos_token_id\": -1 | eos_token_id is -1",
        "\"n_ctx\": 1024 | \"n_layer\": 3 | Duplicate field 'n_layer'",
      })
  void aGpt2OfAnotherKindIsRefused(String from, String to, String message) {
    assertRefused(GPT2, from, to, message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"silu\" | \"gelu\" | hidden_act is \"gelu\"",
        "1e-05 | 1e-06 | rms_norm_eps is 1.0E-6",
        "\"rms_norm_eps\": 1e-05, | '' | rms_norm_eps is missing, not 1.0E-5",
        "\"pretraining_tp\": 1 | \"rope_theta\": 500000.0 | rope_theta is 500000.0, not 10000.0",
        "\"rope_scaling\": null | \"rope_scaling\": {\"type\": \"linear\"} | type is \"linear\"",
        "\"rope_scaling\": null | \"rope_scaling\": 2 | rope_scaling is 2, not an object",
        "\"pretraining_tp\": 1 | \"attention_bias\": true | attention_bias is true",
        "\"pretraining_tp\": 1 | \"mlp_bias\": true | mlp_bias is true",
        "\"pretraining_tp\": 1 | \"head_dim\": 64 | head_dim is 64, not 128",
        "\"num_key_value_heads\": 32 | \"num_key_value_heads\": 5 | numKeyValueHeads 5",
      })
  void aLlamaOfAnotherKindIsRefused(String from, String to, String message) {
    assertRefused(LLAMA, from, to, message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"gelu\" | \"gelu_new\" | hidden_act is \"gelu_new\"",
        "1e-12 | 1e-5 | layer_norm_eps is 1.0E-5, not 1.0E-12",
        "absolute | relative_key | position_embedding_type is \"relative_key\"",
        "\"type_vocab_size\": 2 | \"type_vocab_size\": 1 | type_vocab_size is 1, not 2",
        "\"use_cache\": true | \"is_decoder\": true | is_decoder is true",
        "\"use_cache\": true | \"tie_word_embeddings\": false | tie_word_embeddings is false",
        "\"pad_token_id\": 0 | \"pad_token_id\": [0] | pad_token_id is an array, not a token id",
      })
  void aBertOfAnotherKindIsRefused(String from, String to, String message) {
    assertRefused(BERT, from, to, message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1e-06 | 1e-05 | layer_norm_epsilon is 1.0E-5",
        "_buckets\": 32 | _buckets\": 64 | relative_attention_num_buckets is 64, not 32",
        "\"num_layers\": 6 | \"num_layers\": 6, \"num_decoder_layers\": 0 | num_decoder_layers is 0",
        "\"output_past\" | \"is_decoder\" | is_decoder is true",
        "\"is_encoder_decoder\": true | \"is_encoder_decoder\": false | is_encoder_decoder is false",
        "\"output_past\": true | \"tie_word_embeddings\": false | tie_word_embeddings is false",
        "\"output_past\": true | \"feed_forward_proj\": \"gated-silu\" | is \"gated-silu\"",
        "\"output_past\": true | \"dense_act_fn\": \"gelu\" | dense_act_fn is \"gelu\"",
        "\"output_past\": true | \"feed_forward_proj\": \"gated-gelu\""
            + " | tie_word_embeddings is missing, which means true, not false",
        "\"output_past\": true | \"relative_attention_max_distance\": 20 | distance is 20, not 128",
      })
  void aT5OfAnotherKindIsRefused(String from, String to, String message) {
    assertRefused(T5, from, to, message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"gelu\" | \"relu\" | activation_function is \"relu\"",
        "\"scale_embedding\": false | \"scale_embedding\": true | scale_embedding is true",
        "\"add_final_layer_norm\": false | \"add_final_layer_norm\": true | add_final_layer_norm",
        "\"normalize_before\": false | \"normalize_before\": true | normalize_before is true",
        "\"normalize_embedding\": true | \"normalize_embedding\": false | normalize_embedding is",
        "\"add_bias_logits\": false | \"add_bias_logits\": true | add_bias_logits is true",
        "\"num_beams\" | \"extra_pos_embeddings\" | extra_pos_embeddings is 4, not 2",
        "\"decoder_ffn_dim\": 3072 | \"decoder_ffn_dim\": 1024 | decoder_ffn_dim is 1024, not 3072",
        "\"decoder_attention_heads\": 12 | \"decoder_attention_heads\": 6 | heads is 6, not 12",
        "\"decoder_layers\": 6 | \"decoder_layer\": 6 | decoder_layers is missing",
      })
  void aBartOfAnotherKindIsRefused(String from, String to, String message) {
    assertRefused(BART, from, to, message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"lstm\" | \"gru\" | kind is \"gru\", not one of [feedforward, convolutional, recurrent,",
        "\"kind\" | \"king\" | kind is missing",
        "\"lstm\" | \"convolutional\" | window is missing, not a number from 1",
        "\"lstm\" | \"elmo\" | hiddenSize is 7 and embeddingSize 5",
        "\"num_hidden_layers\" : 2 | \"num_hidden_layers\" : 0 | num_hidden_layers is 0",
        "\"dropout\" : 0.1 | \"dropout\" : 1 | dropout is 1, not a probability",
      })
  void aNetworkOfAnotherKindIsRefused(String from, String to, String message) {
    NetworkConfig lstm = new NetworkConfig(NetworkConfig.Kind.LSTM, 13, 11, 2, 5, 7, 0, 0.1);
    byte[] json = new ModelConfigFile(lstm, SpecialTokenIds.ofText(NONE, NONE)).toJson();

    assertRefused(new String(json, StandardCharsets.UTF_8), from, to, message);
  }

  @Test
  void rotaryPositionsMayBeDescribedInEitherPlace() {
    String nested = "{\"rope_theta\": 10000.0, \"rope_type\": \"default\"}";

    assertThat(parse(LLAMA.replace("\"pretraining_tp\": 1", "\"rope_parameters\": " + nested)))
        .isEqualTo(parse(LLAMA));
    assertRefused(
        LLAMA,
        "\"pretraining_tp\": 1",
        "\"rope_parameters\": " + nested.replace("10000", "50000"),
        "rope_theta is 50000.0");
  }

  @Test
  void oneErrorNamesEverythingThatDoesNotFit() {
    String json = BART.replace("\"gelu\"", "\"relu\"").replace("\"d_model\": 768", "\"x\": 768");

    assertThatThrownBy(() -> parse(json.replace("\"scale_embedding\": false", "\"dropout\": 2")))
        .hasMessageContaining("Duplicate field 'dropout'");
    assertThatThrownBy(() -> parse(json.replace("_embedding\": true", "_embedding\": 7")))
        .isInstanceOf(WeightsFormatException.class)
        .hasMessageContaining("activation_function is \"relu\"")
        .hasMessageContaining("normalize_embedding is 7, not true or false")
        .hasMessageContaining("d_model is missing");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[] | is ARRAY",
        "'' | is MISSING",
        "{ | Unexpected end-of-input",
        "{} {} | Trailing token",
        "{\"model_type\": {}} | model_type is an object",
        "{} | model_type is missing",
      })
  void whatIsNoConfigurationIsRefused(String json, String message) {
    assertThatThrownBy(() -> parse(json))
        .isInstanceOf(WeightsFormatException.class)
        .hasMessageContaining(message);
  }

  private static void assertRefused(String json, String from, String to, String message) {
    assertThat(json).contains(from);
    assertThatThrownBy(() -> parse(json.replace(from, to)))
        .isInstanceOf(WeightsFormatException.class)
        .hasMessageContaining(message);
  }

  private static JsonNode written(ModelShape model, SpecialTokenIds ids) throws IOException {
    return new ObjectMapper().readTree(new ModelConfigFile(model, ids).toJson());
  }

  private static ModelConfigFile parse(String json) {
    return ModelConfigFile.parse("config.json", json.getBytes(StandardCharsets.UTF_8));
  }
}
