package dev.kindling.model.arch;

import dev.kindling.model.arch.LayoutBuilder.Projection;
import dev.kindling.model.nn.ParameterStore;
import java.util.List;

/** The parameters of a T5, under the names of Hugging Face's T5ForConditionalGeneration. */
final class T5Layout {
  private final T5Config config;
  private final LayoutBuilder layout = new LayoutBuilder();

  private T5Layout(T5Config config) {
    this.config = config;
  }

  static List<ParameterStore.Slice> of(T5Config config) {
    T5Layout layout = new T5Layout(config);
    layout.addAll();
    return layout.layout.slices();
  }

  private void addAll() {
    layout.add("shared.weight", config.vocabSize(), config.embeddingSize());
    for (int block = 0; block < config.numLayers(); block++) {
      String name = "encoder.block." + block + ".layer.";
      addSelfAttention(name + "0.", block);
      addFeedForward(name + "1.");
    }
    addNorm("encoder.final_layer_norm");
    for (int block = 0; block < config.numDecoderLayers(); block++) {
      String name = "decoder.block." + block + ".layer.";
      addSelfAttention(name + "0.", block);
      addNorm(name + "1.layer_norm");
      addAttention(name + "1.EncDecAttention.");
      addFeedForward(name + "2.");
    }
    addNorm("decoder.final_layer_norm");
    if (config.gated()) {
      layout.add("lm_head.weight", config.vocabSize(), config.embeddingSize());
    }
  }

  private void addSelfAttention(String sublayer, int block) {
    addNorm(sublayer + "layer_norm");
    addAttention(sublayer + "SelfAttention.");
    if (block == 0) {
      layout.add(
          sublayer + "SelfAttention.relative_attention_bias.weight",
          T5Config.NUM_POSITION_BUCKETS,
          config.numHeads());
    }
  }

  private void addAttention(String attention) {
    layout.addFused(
        config.embeddingSize(),
        false,
        new Projection(attention + "q", config.attentionSize()),
        new Projection(attention + "k", config.attentionSize()),
        new Projection(attention + "v", config.attentionSize()));
    layout.addLinear(attention + "o", config.embeddingSize(), config.attentionSize(), false);
  }

  private void addFeedForward(String sublayer) {
    addNorm(sublayer + "layer_norm");
    String network = sublayer + "DenseReluDense.";
    if (config.gated()) {
      layout.addFused(
          config.embeddingSize(),
          false,
          new Projection(network + "wi_0", config.feedForwardSize()),
          new Projection(network + "wi_1", config.feedForwardSize()));
    } else {
      layout.addLinear(network + "wi", config.feedForwardSize(), config.embeddingSize(), false);
    }
    layout.addLinear(network + "wo", config.embeddingSize(), config.feedForwardSize(), false);
  }

  private void addNorm(String module) {
    layout.addNorm(module, config.embeddingSize(), false);
  }
}
