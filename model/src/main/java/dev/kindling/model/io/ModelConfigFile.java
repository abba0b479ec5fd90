package dev.kindling.model.io;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kindling.model.arch.ModelShape;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Hugging Face's {@code config.json}, both directions: {@code model_type} gpt2, llama, bert, t5 and
 * bart, and Kindling's own for what Hugging Face has no class for: kindling-gpt for a GPT, and
 * kindling-network for the networks before the Transformer.
 *
 * @param model the shape
 * @param specialTokens the tokens with a meaning of their own
 */
public record ModelConfigFile(ModelShape model, SpecialTokenIds specialTokens) {
  /** The file's name. */
  public static final String NAME = "config.json";

  private static final String MODEL_TYPE = "model_type";
  private static final ObjectMapper MAPPER =
      new ObjectMapper()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  /** The file's content; equal configurations give equal bytes. */
  public byte[] toJson() {
    ConfigCodec codec = ConfigCodec.of(model);
    ObjectNode json = MAPPER.createObjectNode();
    json.putArray("architectures").add(codec.modelClass());
    json.put(MODEL_TYPE, codec.modelType());
    codec.write(model, json);
    // Without such keys Hugging Face takes ids that may lie outside the vocabulary.
    specialTokens.write(json, codec.idsWithDefaults());
    json.put("torch_dtype", "float32");
    try {
      return (MAPPER.writeValueAsString(json) + "\n").getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException("cannot write to memory", e);
    }
  }

  /**
   * Reads the file's content. Keys that change neither the parameters nor what is computed from
   * them are ignored; of several dropout probabilities, the one of the residual stream is taken.
   *
   * @param source the file's name, for error messages
   * @throws WeightsFormatException naming everything that Kindling's model of this type cannot do
   */
  public static ModelConfigFile parse(String source, byte[] bytes) {
    ConfigKeys keys = new ConfigKeys(parseObject(source, bytes));
    List<String> modelTypes = ConfigCodec.ALL.stream().map(ConfigCodec::modelType).toList();
    String modelType = keys.text(MODEL_TYPE, modelTypes, null);
    if (!keys.problems().isEmpty()) {
      throw describesAnotherModel(
          source,
          keys.problems(),
          "a model of one of these types",
          "give the config.json of such a model");
    }
    ConfigCodec codec = ConfigCodec.find(modelType).orElseThrow();
    List<String> problems = new ArrayList<>();
    ModelShape model = null;
    SpecialTokenIds specialTokens = SpecialTokenIds.read(keys);
    try {
      model = codec.read(keys);
    } catch (IllegalArgumentException e) {
      problems.add(e.getMessage());
    }
    // A number that could not be read is 1 to the checks that compare it with others.
    problems = keys.problems().isEmpty() ? problems : keys.problems();
    if (!problems.isEmpty()) {
      throw describesAnotherModel(
          source, problems, codec.description(), "give the config.json of such a model");
    }
    return new ModelConfigFile(model, specialTokens);
  }

  private static WeightsFormatException describesAnotherModel(
      String source, List<String> problems, String expected, String remedy) {
    return new WeightsFormatException(
        source + " describes another model: " + String.join("; ", problems), expected, remedy);
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
}
