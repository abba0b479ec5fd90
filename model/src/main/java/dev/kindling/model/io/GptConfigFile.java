package dev.kindling.model.io;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kindling.model.arch.GptConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * Hugging Face's {@code config.json} of a GPT-2, both directions.
 *
 * <p>Hugging Face's GPT-2 always has biases. A model without them is written with {@code "bias":
 * false}, a key that Hugging Face ignores, and {@link GptWeights} stores biases of zero beside its
 * weights: the model computes the same there, and is read back here without biases.
 *
 * @param model the shape
 * @param beginOfTextId the token that starts a document, where it is known
 * @param endOfTextId the token that ends a document, where it is known
 */
public record GptConfigFile(GptConfig model, OptionalInt beginOfTextId, OptionalInt endOfTextId) {
  /** The file's name. */
  public static final String NAME = "config.json";

  /** What every layer norm adds to the variance. */
  public static final double LAYER_NORM_EPSILON = 1e-5;

  private static final List<String> TANH_GELU = List.of("gelu_new", "gelu_pytorch_tanh");
  private static final ObjectMapper MAPPER =
      new ObjectMapper()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  /** The file's content; equal configurations give equal bytes. */
  public byte[] toJson() {
    ObjectNode json = MAPPER.createObjectNode();
    json.putArray("architectures").add("GPT2LMHeadModel");
    json.put("model_type", "gpt2");
    json.put("vocab_size", model.vocabSize());
    json.put("n_positions", model.contextLength());
    json.put("n_embd", model.embeddingSize());
    json.put("n_layer", model.numLayers());
    json.put("n_head", model.numHeads());
    json.putNull("n_inner");
    json.put("activation_function", TANH_GELU.get(0));
    json.put("layer_norm_epsilon", LAYER_NORM_EPSILON);
    json.put("tie_word_embeddings", true);
    json.put("bias", model.bias());
    json.put("attn_pdrop", 0.0);
    json.put("embd_pdrop", 0.0);
    json.put("resid_pdrop", 0.0);
    // Without these keys Hugging Face takes GPT-2's own 50256, which may lie outside the
    // vocabulary.
    putId(json, "bos_token_id", beginOfTextId);
    putId(json, "eos_token_id", endOfTextId);
    json.put("torch_dtype", "float32");
    try {
      return (MAPPER.writeValueAsString(json) + "\n").getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException("cannot write to memory", e);
    }
  }

  /**
   * Reads the file's content. Keys that do not change the model are ignored.
   *
   * @param source the file's name, for error messages
   * @throws WeightsFormatException naming everything that this model cannot do, if it is not a
   *     GPT-2 of the form that {@link GptConfig} describes
   */
  public static GptConfigFile parse(String source, byte[] bytes) {
    JsonNode json = parseObject(source, bytes);
    List<String> problems = new ArrayList<>();
    requireText(json, "model_type", List.of("gpt2"), null, problems);
    requireText(json, "activation_function", TANH_GELU, TANH_GELU.get(0), problems);
    requireFlag(json, "tie_word_embeddings", true, problems);
    requireFlag(json, "scale_attn_weights", true, problems);
    requireFlag(json, "scale_attn_by_inverse_layer_idx", false, problems);
    requireFlag(json, "add_cross_attention", false, problems);
    double epsilon = json.path("layer_norm_epsilon").asDouble(LAYER_NORM_EPSILON);
    if (epsilon != LAYER_NORM_EPSILON) {
      problems.add("layer_norm_epsilon is " + epsilon + ", not " + LAYER_NORM_EPSILON);
    }
    boolean bias = flag(json, "bias", true, problems);
    int embeddingSize = requireCount(json, "n_embd", problems);
    if (json.hasNonNull("n_inner") && json.get("n_inner").asLong() != 4L * embeddingSize) {
      problems.add("n_inner is " + json.get("n_inner") + ", not null or 4 · n_embd");
    }
    int vocabSize = requireCount(json, "vocab_size", problems);
    int contextLength = requireCount(json, "n_positions", problems);
    int numLayers = requireCount(json, "n_layer", problems);
    int numHeads = requireCount(json, "n_head", problems);
    OptionalInt beginOfText = id(json, "bos_token_id", problems);
    OptionalInt endOfText = id(json, "eos_token_id", problems);
    if (!problems.isEmpty()) {
      throw new WeightsFormatException(
          source + " describes another model: " + String.join("; ", problems),
          "a GPT-2: pre-norm, learned positions, tanh GELU, tied embeddings",
          "give the config.json of such a model");
    }
    try {
      return new GptConfigFile(
          new GptConfig(vocabSize, contextLength, numLayers, numHeads, embeddingSize, bias),
          beginOfText,
          endOfText);
    } catch (IllegalArgumentException e) {
      throw new WeightsFormatException(
          source + ": " + e.getMessage(),
          "the shape of a GPT-2",
          "give the config.json of such a model",
          e);
    }
  }

  private static JsonNode parseObject(String source, byte[] bytes) {
    try {
      JsonNode json = MAPPER.readTree(bytes);
      if (json.isObject()) {
        return json;
      }
      throw notAnObject(source + " is " + json.getNodeType(), null);
    } catch (IOException e) {
      throw notAnObject(source + ": " + e.getMessage().lines().findFirst().orElse(""), e);
    }
  }

  private static WeightsFormatException notAnObject(String given, IOException cause) {
    return new WeightsFormatException(
        given,
        "a JSON object without duplicate keys",
        "get a sound copy of the model's config.json",
        cause);
  }

  private static void putId(ObjectNode json, String key, OptionalInt id) {
    if (id.isPresent()) {
      json.put(key, id.getAsInt());
    } else {
      json.putNull(key);
    }
  }

  private static OptionalInt id(JsonNode json, String key, List<String> problems) {
    JsonNode value = json.path(key);
    if (value.isMissingNode() || value.isNull()) {
      return OptionalInt.empty();
    }
    if (!value.canConvertToInt() || !value.isIntegralNumber() || value.intValue() < 0) {
      problems.add(key + " is " + value + ", not a token id");
      return OptionalInt.empty();
    }
    return OptionalInt.of(value.intValue());
  }

  private static int requireCount(JsonNode json, String key, List<String> problems) {
    JsonNode value = json.path(key);
    if (!value.isIntegralNumber() || !value.canConvertToInt() || value.intValue() < 1) {
      problems.add(
          key + " is " + (value.isMissingNode() ? "missing" : value) + ", not a number from 1");
      return 1;
    }
    return value.intValue();
  }

  private static void requireFlag(
      JsonNode json, String key, boolean expected, List<String> problems) {
    if (flag(json, key, expected, problems) != expected) {
      problems.add(key + " is " + !expected + ", not " + expected);
    }
  }

  private static boolean flag(JsonNode json, String key, boolean otherwise, List<String> problems) {
    JsonNode value = json.path(key);
    if (value.isMissingNode()) {
      return otherwise;
    }
    if (!value.isBoolean()) {
      problems.add(key + " is " + value + ", not true or false");
      return otherwise;
    }
    return value.booleanValue();
  }

  private static void requireText(
      JsonNode json, String key, List<String> allowed, String otherwise, List<String> problems) {
    JsonNode value = json.path(key);
    if (value.isMissingNode() && otherwise != null) {
      return;
    }
    if (!value.isTextual() || !allowed.contains(value.textValue())) {
      problems.add(
          key + " is " + (value.isMissingNode() ? "missing" : value) + ", not one of " + allowed);
    }
  }
}
