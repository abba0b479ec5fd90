package dev.kindling.model.io;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kindling.model.arch.GptConfig;
import dev.kindling.model.arch.GptOptions;
import dev.kindling.model.arch.ModelShape;
import java.util.List;

/**
 * GPT-2. Hugging Face's always has biases. A model without them is written with {@code "bias":
 * false}, a key that Hugging Face ignores, and {@link ModelWeights} stores biases of zero beside
 * its weights: the model computes the same there, and is read back here without biases.
 */
final class Gpt2ConfigCodec implements ConfigCodec {
  private static final List<String> TANH_GELU = List.of("gelu_new", "gelu_pytorch_tanh");
  private static final double DEFAULT_DROPOUT = 0.1;

  @Override
  public String modelType() {
    return "gpt2";
  }

  @Override
  public String modelClass() {
    return "GPT2LMHeadModel";
  }

  @Override
  public String description() {
    return "a GPT-2: pre-norm, learned positions, tanh GELU, tied embeddings";
  }

  @Override
  public List<String> idsWithDefaults() {
    return List.of(SpecialTokenIds.BEGIN_OF_TEXT, SpecialTokenIds.END_OF_TEXT);
  }

  @Override
  public boolean canWrite(ModelShape model) {
    return model instanceof GptConfig gpt && gpt.options().isGpt2();
  }

  @Override
  public void write(ModelShape model, ObjectNode json) {
    GptConfig gpt = (GptConfig) model;
    json.put("vocab_size", gpt.vocabSize());
    json.put("n_positions", gpt.contextLength());
    json.put("n_embd", gpt.embeddingSize());
    json.put("n_layer", gpt.numLayers());
    json.put("n_head", gpt.numHeads());
    if (gpt.options().feedForwardSize() == 0) {
      json.putNull("n_inner");
    } else {
      json.put("n_inner", gpt.feedForwardSize());
    }
    json.put("activation_function", TANH_GELU.get(0));
    json.put("layer_norm_epsilon", GptConfig.NORM_EPSILON);
    json.put("tie_word_embeddings", true);
    json.put("bias", gpt.bias());
    json.put("attn_pdrop", gpt.dropout());
    json.put("embd_pdrop", gpt.dropout());
    json.put("resid_pdrop", gpt.dropout());
  }

  @Override
  public GptConfig read(ConfigKeys keys) {
    keys.text("activation_function", TANH_GELU, TANH_GELU.get(0));
    keys.requireFlag("tie_word_embeddings", true, true);
    keys.requireFlag("scale_attn_weights", true, true);
    keys.requireFlag("scale_attn_by_inverse_layer_idx", false, false);
    keys.requireFlag("add_cross_attention", false, false);
    keys.requireNumber("layer_norm_epsilon", GptConfig.NORM_EPSILON, GptConfig.NORM_EPSILON);
    keys.requireNothing("pruned_heads");
    GptOptions gpt2 = GptOptions.GPT2;
    GptOptions options =
        new GptOptions(
            gpt2.positions(),
            gpt2.norm(),
            gpt2.feedForward(),
            0,
            keys.count("n_inner", 0),
            gpt2.tiedEmbeddings());
    return new GptConfig(
        keys.count("vocab_size"),
        keys.count("n_positions"),
        keys.numLayers("n_layer"),
        keys.count("n_head"),
        keys.count("n_embd"),
        keys.flag("bias", true),
        keys.dropout("resid_pdrop", DEFAULT_DROPOUT),
        options);
  }
}
