package dev.kindling.model.arch;

import dev.kindling.model.arch.LayoutBuilder.Projection;
import dev.kindling.model.nn.ParameterStore;
import java.util.List;

/**
 * The parameters of a decoder-only Transformer: under the names of Hugging Face's GPT2LMHeadModel
 * where it is a GPT-2, otherwise under those of LlamaForCausalLM, which has every part that the
 * options may ask for except learned positions.
 */
final class GptLayout {
  private GptLayout() {}

  static List<ParameterStore.Slice> of(GptConfig config) {
    return config.options().isGpt2() ? gpt2(config) : llama(config);
  }

  private static List<ParameterStore.Slice> gpt2(GptConfig config) {
    LayoutBuilder layout = new LayoutBuilder();
    long width = config.embeddingSize();
    boolean bias = config.bias();
    layout.add("transformer.wte.weight", config.vocabSize(), width);
    layout.add("transformer.wpe.weight", config.contextLength(), width);
    for (int layer = 0; layer < config.numLayers(); layer++) {
      String block = "transformer.h." + layer + ".";
      layout.addNorm(block + "ln_1", width, bias);
      layout.addConv1d(block + "attn.c_attn", width, 3 * width, bias);
      layout.addConv1d(block + "attn.c_proj", width, width, bias);
      layout.addNorm(block + "ln_2", width, bias);
      layout.addConv1d(block + "mlp.c_fc", width, config.feedForwardSize(), bias);
      layout.addConv1d(block + "mlp.c_proj", config.feedForwardSize(), width, bias);
    }
    layout.addNorm("transformer.ln_f", width, bias);
    return layout.slices();
  }

  private static List<ParameterStore.Slice> llama(GptConfig config) {
    LayoutBuilder layout = new LayoutBuilder();
    GptOptions options = config.options();
    long width = config.embeddingSize();
    long keyValueWidth = (long) config.numKeyValueHeads() * config.headSize();
    long inner = config.feedForwardSize();
    boolean bias = config.bias();
    boolean normBias = bias && options.norm() == GptOptions.Norm.LAYER_NORM;
    layout.add("model.embed_tokens.weight", config.vocabSize(), width);
    if (options.positions() == GptOptions.Positions.LEARNED) {
      layout.add("model.embed_positions.weight", config.contextLength(), width);
    }
    for (int layer = 0; layer < config.numLayers(); layer++) {
      String block = "model.layers." + layer + ".";
      layout.addNorm(block + "input_layernorm", width, normBias);
      layout.addFused(
          width,
          bias,
          new Projection(block + "self_attn.q_proj", width),
          new Projection(block + "self_attn.k_proj", keyValueWidth),
          new Projection(block + "self_attn.v_proj", keyValueWidth));
      layout.addLinear(block + "self_attn.o_proj", width, width, bias);
      layout.addNorm(block + "post_attention_layernorm", width, normBias);
      Projection up = new Projection(block + "mlp.up_proj", inner);
      switch (options.feedForward()) {
        case GELU -> layout.addFused(width, bias, up);
        case SWIGLU ->
            layout.addFused(width, bias, new Projection(block + "mlp.gate_proj", inner), up);
      }
      layout.addLinear(block + "mlp.down_proj", width, inner, bias);
    }
    layout.addNorm("model.norm", width, normBias);
    if (!options.tiedEmbeddings()) {
      layout.add("lm_head.weight", config.vocabSize(), width);
    }
    return layout.slices();
  }
}
