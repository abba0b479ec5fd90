package dev.kindling.model.arch;

import dev.kindling.model.layout.Cut;
import dev.kindling.model.layout.LayoutBuilder;
import dev.kindling.model.layout.LayoutBuilder.Projection;
import dev.kindling.model.layout.LayoutBuilder.Split;
import dev.kindling.model.layout.ModelLayout;

/** The parameters of a BART, under the names of Hugging Face's BartForConditionalGeneration. */
final class BartLayout {
  private final BartConfig config;
  private final LayoutBuilder layout = new LayoutBuilder();
  private final StackPieces pieces;

  private BartLayout(BartConfig config) {
    this.config = config;
    this.pieces = new StackPieces(config.numLayers(), config.numDecoderLayers());
  }

  static ModelLayout of(BartConfig config) {
    BartLayout layout = new BartLayout(config);
    layout.addAll();
    return layout.layout.build(layout.pieces.total());
  }

  private void addAll() {
    layout.usedBy(pieces.embeddingsAndHead());
    layout.add("model.shared.weight", Cut.along(0), config.vocabSize(), config.embeddingSize());
    layout.usedBy(pieces.encoderEmbedding());
    addEmbedding("model.encoder.");
    for (int layer = 0; layer < config.numLayers(); layer++) {
      String block = "model.encoder.layers." + layer + ".";
      layout.usedBy(pieces.encoderBlock(layer));
      addAttention(block + "self_attn");
      addFeedForward(block);
    }
    layout.usedBy(pieces.decoderEmbedding());
    addEmbedding("model.decoder.");
    for (int layer = 0; layer < config.numDecoderLayers(); layer++) {
      String block = "model.decoder.layers." + layer + ".";
      layout.usedBy(pieces.decoderBlock(layer));
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
        Split.OUTPUTS,
        width,
        true,
        new Projection(attention + ".q_proj", width),
        new Projection(attention + ".k_proj", width),
        new Projection(attention + ".v_proj", width));
    layout.addLinear(attention + ".out_proj", Split.INPUTS, width, width, true);
    addNorm(attention + "_layer_norm");
  }

  private void addFeedForward(String block) {
    layout.addLinear(
        block + "fc1", Split.OUTPUTS, config.feedForwardSize(), config.embeddingSize(), true);
    layout.addLinear(
        block + "fc2", Split.INPUTS, config.embeddingSize(), config.feedForwardSize(), true);
    addNorm(block + "final_layer_norm");
  }

  private void addNorm(String module) {
    layout.addNorm(module, config.embeddingSize(), true);
  }
}
