package dev.kindling.model.arch;

import dev.kindling.model.arch.LayoutBuilder.Projection;
import dev.kindling.model.nn.ParameterStore;
import java.util.List;

/** The parameters of a BART, under the names of Hugging Face's BartForConditionalGeneration. */
final class BartLayout {
  private final BartConfig config;
  private final LayoutBuilder layout = new LayoutBuilder();

  private BartLayout(BartConfig config) {
    this.config = config;
  }

  static List<ParameterStore.Slice> of(BartConfig config) {
    BartLayout layout = new BartLayout(config);
    layout.addAll();
    return layout.layout.slices();
  }

  private void addAll() {
    layout.add("model.shared.weight", config.vocabSize(), config.embeddingSize());
    addEmbedding("model.encoder.");
    for (int layer = 0; layer < config.numLayers(); layer++) {
      String block = "model.encoder.layers." + layer + ".";
      addAttention(block + "self_attn");
      addFeedForward(block);
    }
    addEmbedding("model.decoder.");
    for (int layer = 0; layer < config.numDecoderLayers(); layer++) {
      String block = "model.decoder.layers." + layer + ".";
      addAttention(block + "self_attn");
      addAttention(block + "encoder_attn");
      addFeedForward(block);
    }
  }

  private void addEmbedding(String stack) {
    long numPositions = (long) config.contextLength() + BartConfig.POSITION_OFFSET;
    layout.add(stack + "embed_positions.weight", numPositions, config.embeddingSize());
    addNorm(stack + "layernorm_embedding");
  }

  private void addAttention(String attention) {
    long width = config.embeddingSize();
    layout.addFused(
        width,
        true,
        new Projection(attention + ".q_proj", width),
        new Projection(attention + ".k_proj", width),
        new Projection(attention + ".v_proj", width));
    layout.addLinear(attention + ".out_proj", width, width, true);
    addNorm(attention + "_layer_norm");
  }

  private void addFeedForward(String block) {
    layout.addLinear(block + "fc1", config.feedForwardSize(), config.embeddingSize(), true);
    layout.addLinear(block + "fc2", config.embeddingSize(), config.feedForwardSize(), true);
    addNorm(block + "final_layer_norm");
  }

  private void addNorm(String module) {
    layout.addNorm(module, config.embeddingSize(), true);
  }
}
