package dev.kindling.model.arch;

import dev.kindling.model.layout.Cut;
import dev.kindling.model.layout.LayoutBuilder;
import dev.kindling.model.layout.LayoutBuilder.Projection;
import dev.kindling.model.layout.LayoutBuilder.Split;
import dev.kindling.model.layout.ModelLayout;
import java.util.List;

/** The parameters of a T5, under the names of Hugging Face's T5ForConditionalGeneration. */
final class T5Layout {
  private final T5Config config;
  private final LayoutBuilder layout = new LayoutBuilder();
  private final StackPieces pieces;

  private T5Layout(T5Config config) {
    this.config = config;
    this.pieces = new StackPieces(config.numLayers(), config.numDecoderLayers());
  }

  static ModelLayout of(T5Config config) {
    T5Layout layout = new T5Layout(config);
    layout.addAll();
    return layout.layout.build(layout.pieces.total());
  }

  private void addAll() {
    layout.usedBy(config.gated() ? pieces.embeddings() : pieces.embeddingsAndHead());
    layout.add("shared.weight", Cut.along(0), config.vocabSize(), config.embeddingSize());
    for (int block = 0; block < config.numLayers(); block++) {
      String name = "encoder.block." + block + ".layer.";
      layout.usedBy(pieces.encoderBlock(block));
      addSelfAttention(name + "0.", block, pieces.encoderBlocks());
      addFeedForward(name + "1.");
    }
    layout.usedBy(pieces.decoderEmbedding());
    addNorm("encoder.final_layer_norm");
    for (int block = 0; block < config.numDecoderLayers(); block++) {
      String name = "decoder.block." + block + ".layer.";
      layout.usedBy(pieces.decoderBlock(block));
      addSelfAttention(name + "0.", block, pieces.decoderBlocks());
      addNorm(name + "1.layer_norm");
      addAttention(name + "1.EncDecAttention.");
      addFeedForward(name + "2.");
    }
    layout.usedBy(pieces.head());
    addNorm("decoder.final_layer_norm");
    if (config.gated()) {
      layout.add("lm_head.weight", Cut.along(0), config.vocabSize(), config.embeddingSize());
    }
  }

  private void addSelfAttention(String sublayer, int block, List<Integer> blocks) {
    addNorm(sublayer + "layer_norm");
    addAttention(sublayer + "SelfAttention.");
    if (block == 0) {
      layout.usedBy(blocks);
      layout.add(
          sublayer + "SelfAttention.relative_attention_bias.weight",
          Cut.along(1),
          T5Config.NUM_POSITION_BUCKETS,
          config.numHeads());
      layout.usedBy(blocks.get(0));
    }
  }

  private void addAttention(String attention) {
    layout.addFused(
        Split.OUTPUTS,
        config.embeddingSize(),
        false,
        new Projection(attention + "q", config.attentionSize()),
        new Projection(attention + "k", config.attentionSize()),
        new Projection(attention + "v", config.attentionSize()));
    layout.addLinear(
        attention + "o", Split.INPUTS, config.embeddingSize(), config.attentionSize(), false);
  }

  private void addFeedForward(String sublayer) {
    addNorm(sublayer + "layer_norm");
    String network = sublayer + "DenseReluDense.";
    if (config.gated()) {
      layout.addFused(
          Split.OUTPUTS,
          config.embeddingSize(),
          false,
          new Projection(network + "wi_0", config.feedForwardSize()),
          new Projection(network + "wi_1", config.feedForwardSize()));
    } else {
      layout.addLinear(
          network + "wi", Split.OUTPUTS, config.feedForwardSize(), config.embeddingSize(), false);
    }
    layout.addLinear(
        network + "wo", Split.INPUTS, config.embeddingSize(), config.feedForwardSize(), false);
  }

  private void addNorm(String module) {
    layout.addNorm(module, config.embeddingSize(), false);
  }
}
