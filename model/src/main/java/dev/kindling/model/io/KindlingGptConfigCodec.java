package dev.kindling.model.io;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kindling.model.arch.GptConfig;
import dev.kindling.model.arch.GptOptions;
import dev.kindling.model.arch.ModelShape;
import java.util.List;

/** A GPT that is neither GPT-2 nor Llama and that Hugging Face has no class for. */
final class KindlingGptConfigCodec implements ConfigCodec {
  @Override
  public String modelType() {
    return "kindling-gpt";
  }

  @Override
  public String modelClass() {
    return "KindlingGptForCausalLM";
  }

  @Override
  public String description() {
    return "a decoder-only Transformer with all its options spelled out";
  }

  @Override
  public List<String> idsWithDefaults() {
    return List.of();
  }

  @Override
  public boolean canWrite(ModelShape model) {
    return model instanceof GptConfig;
  }

  @Override
  public void write(ModelShape model, ObjectNode json) {
    GptConfig gpt = (GptConfig) model;
    GptOptions options = gpt.options();
    LlamaConfigCodec.writeShape(gpt, json);
    json.put("positions", ConfigKeys.lowerCase(options.positions()));
    json.put("rope_theta", GptOptions.ROTARY_BASE);
    json.put("norm", ConfigKeys.lowerCase(options.norm()));
    json.put("norm_epsilon", GptConfig.NORM_EPSILON);
    json.put("feed_forward", ConfigKeys.lowerCase(options.feedForward()));
    json.put("bias", gpt.bias());
    json.put("dropout", gpt.dropout());
  }

  @Override
  public GptConfig read(ConfigKeys keys) {
    keys.requireNumber("rope_theta", GptOptions.ROTARY_BASE, GptOptions.ROTARY_BASE);
    keys.requireNumber("norm_epsilon", GptConfig.NORM_EPSILON, GptConfig.NORM_EPSILON);
    return LlamaConfigCodec.readShape(
        keys,
        keys.choice("positions", GptOptions.Positions.class),
        keys.choice("norm", GptOptions.Norm.class),
        keys.choice("feed_forward", GptOptions.FeedForwardKind.class),
        keys.flag("bias", false),
        keys.dropout("dropout", 0));
  }
}
