package dev.kindling.model.io;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kindling.model.arch.GptConfig;
import dev.kindling.model.arch.GptOptions;
import dev.kindling.model.arch.ModelShape;
import java.util.List;

/** Llama: a GPT with rotary positions, RMS norm, SwiGLU and no biases. */
final class LlamaConfigCodec implements ConfigCodec {
  private static final double DEFAULT_EPSILON = 1e-6;

  @Override
  public String modelType() {
    return "llama";
  }

  @Override
  public String modelClass() {
    return "LlamaForCausalLM";
  }

  @Override
  public String description() {
    return "a Llama: RMS norm with epsilon 1e-5, rotary positions of base 10000 without scaling,"
        + " SwiGLU, no biases";
  }

  @Override
  public List<String> idsWithDefaults() {
    return List.of(
        SpecialTokenIds.BEGIN_OF_TEXT, SpecialTokenIds.END_OF_TEXT, SpecialTokenIds.PADDING);
  }

  @Override
  public boolean canWrite(ModelShape model) {
    return model instanceof GptConfig gpt && gpt.options().isLlama() && !gpt.bias();
  }

  @Override
  public void write(ModelShape model, ObjectNode json) {
    GptConfig gpt = (GptConfig) model;
    writeShape(gpt, json);
    json.put("head_dim", gpt.headSize());
    json.put("hidden_act", "silu");
    json.put("rms_norm_eps", GptConfig.NORM_EPSILON);
    json.put("rope_theta", GptOptions.ROTARY_BASE);
    json.putNull("rope_scaling");
    json.put("attention_bias", false);
    json.put("mlp_bias", false);
    json.put("attention_dropout", gpt.dropout());
  }

  @Override
  public GptConfig read(ConfigKeys keys) {
    keys.requireText("hidden_act", "silu");
    keys.requireNumber("rms_norm_eps", GptConfig.NORM_EPSILON, DEFAULT_EPSILON);
    keys.requireNumber("rope_theta", GptOptions.ROTARY_BASE, GptOptions.ROTARY_BASE);
    requirePlainRotation(keys.object("rope_scaling"));
    requirePlainRotation(keys.object("rope_parameters"));
    keys.requireNumber("partial_rotary_factor", 1, 1);
    keys.requireFlag("attention_bias", false, false);
    keys.requireFlag("mlp_bias", false, false);
    GptOptions llama = GptOptions.llama(0, 0);
    GptConfig model =
        readShape(
            keys,
            llama.positions(),
            llama.norm(),
            llama.feedForward(),
            false,
            keys.dropout("attention_dropout", 0));
    keys.requireCount("head_dim", model.headSize(), model.headSize());
    return model;
  }

  private static void requirePlainRotation(ConfigKeys rotation) {
    rotation.requireNumber("rope_theta", GptOptions.ROTARY_BASE, GptOptions.ROTARY_BASE);
    rotation.requireText("rope_type", "default");
    rotation.requireText("type", "default");
  }

  /** The keys that Kindling's own kinds of GPT share with Llama. */
  static void writeShape(GptConfig gpt, ObjectNode json) {
    json.put("vocab_size", gpt.vocabSize());
    json.put("max_position_embeddings", gpt.contextLength());
    json.put("hidden_size", gpt.embeddingSize());
    json.put("num_hidden_layers", gpt.numLayers());
    json.put("num_attention_heads", gpt.numHeads());
    json.put("num_key_value_heads", gpt.numKeyValueHeads());
    json.put("intermediate_size", gpt.feedForwardSize());
    json.put("tie_word_embeddings", gpt.options().tiedEmbeddings());
  }

  /** The reverse of {@link #writeShape}. */
  static GptConfig readShape(
      ConfigKeys keys,
      GptOptions.Positions positions,
      GptOptions.Norm norm,
      GptOptions.FeedForwardKind feedForward,
      boolean bias,
      double dropout) {
    int numHeads = keys.count("num_attention_heads");
    GptOptions options =
        new GptOptions(
            positions,
            norm,
            feedForward,
            keys.count("num_key_value_heads", numHeads),
            keys.count("intermediate_size"),
            keys.flag("tie_word_embeddings", false));
    return new GptConfig(
        keys.count("vocab_size"),
        keys.count("max_position_embeddings"),
        keys.numLayers("num_hidden_layers"),
        numHeads,
        keys.count("hidden_size"),
        bias,
        dropout,
        options);
  }
}
