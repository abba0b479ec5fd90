package dev.kindling.model.arch;

import dev.kindling.model.layout.Cut;
import dev.kindling.model.layout.LayoutBuilder;
import dev.kindling.model.layout.LayoutBuilder.Projection;
import dev.kindling.model.layout.LayoutBuilder.Split;
import dev.kindling.model.layout.ModelLayout;
import java.util.List;

/**
 * The parameters of a decoder-only Transformer: under the names of Hugging Face's GPT2LMHeadModel
 * where it is a GPT-2, otherwise under those of LlamaForCausalLM, which has every part that the
 * options may ask for except learned positions.
 */
final class GptLayout {
  private GptLayout() {}

  static ModelLayout of(GptConfig config) {
    return config.options().isGpt2() ? gpt2(config) : llama(config);
  }

  private static ModelLayout gpt2(GptConfig config) {
    LayoutBuilder layout = new LayoutBuilder();
    long width = config.embeddingSize();
    long inner = config.feedForwardSize();
    boolean bias = config.bias();
    int head = config.numLayers() + 1;
    layout.usedBy(List.of(0, head));
    layout.add("transformer.wte.weight", Cut.along(0), config.vocabSize(), width);
    layout.usedBy(0);
    layout.add("transformer.wpe.weight", config.contextLength(), width);
    for (int layer = 0; layer < config.numLayers(); layer++) {
      String block = "transformer.h." + layer + ".";
      layout.usedBy(layer + 1);
      layout.addNorm(block + "ln_1", width, bias);
      layout.addConv1d(block + "attn.c_attn", Split.OUTPUTS, width, 3 * width, 3, bias);
      layout.addConv1d(block + "attn.c_proj", Split.INPUTS, width, width, 1, bias);
      layout.addNorm(block + "ln_2", width, bias);
      layout.addConv1d(block + "mlp.c_fc", Split.OUTPUTS, width, inner, 1, bias);
      layout.addConv1d(block + "mlp.c_proj", Split.INPUTS, inner, width, 1, bias);
    }
    layout.usedBy(head);
    layout.addNorm("transformer.ln_f", width, bias);
    return layout.build(head + 1);
  }

  private static ModelLayout llama(GptConfig config) {
    LayoutBuilder layout = new LayoutBuilder();
    GptOptions options = config.options();
    long width = config.embeddingSize();
    long keyValueWidth = (long) config.numKeyValueHeads() * config.headSize();
    long inner = config.feedForwardSize();
    boolean bias = config.bias();
    boolean normBias = bias && options.norm() == GptOptions.Norm.LAYER_NORM;
    int head = config.numLayers() + 1;
    layout.usedBy(options.tiedEmbeddings() ? List.of(0, head) : List.of(0));
    layout.add("model.embed_tokens.weight", Cut.along(0), config.vocabSize(), width);
    layout.usedBy(0);
    if (options.positions() == GptOptions.Positions.LEARNED) {
      layout.add("model.embed_positions.weight", config.contextLength(), width);
    }
    for (int layer = 0; layer < config.numLayers(); layer++) {
      String block = "model.layers." + layer + ".";
      layout.usedBy(layer + 1);
      layout.addNorm(block + "input_layernorm", width, normBias);
      layout.addFused(
          Split.OUTPUTS,
          width,
          bias,
          new Projection(block + "self_attn.q_proj", width),
          new Projection(block + "self_attn.k_proj", keyValueWidth),
          new Projection(block + "self_attn.v_proj", keyValueWidth));
      layout.addLinear(block + "self_attn.o_proj", Split.INPUTS, width, width, bias);
      layout.addNorm(block + "post_attention_layernorm", width, normBias);
      Projection up = new Projection(block + "mlp.up_proj", inner);
      switch (options.feedForward()) {
        case GELU -> layout.addFused(Split.OUTPUTS, width, bias, up);
        case SWIGLU ->
            layout.addFused(
                Split.OUTPUTS, width, bias, new Projection(block + "mlp.gate_proj", inner), up);
      }
      layout.addLinear(block + "mlp.down_proj", Split.INPUTS, width, inner, bias);
    }
    layout.usedBy(head);
    layout.addNorm("model.norm", width, normBias);
    if (!options.tiedEmbeddings()) {
      layout.add("lm_head.weight", Cut.along(0), config.vocabSize(), width);
    }
    return layout.build(head + 1);
  }
}
