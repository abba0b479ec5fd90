package dev.kindling.model.arch;

import dev.kindling.model.arch.LayoutBuilder.Projection;
import dev.kindling.model.nn.ParameterStore;
import java.util.List;

/** The parameters of a BERT, under the names of Hugging Face's BertForPreTraining. */
final class BertLayout {
  private BertLayout() {}

  static List<ParameterStore.Slice> of(BertConfig config) {
    LayoutBuilder layout = new LayoutBuilder();
    long width = config.embeddingSize();
    String embeddings = "bert.embeddings.";
    layout.add(embeddings + "word_embeddings.weight", config.vocabSize(), width);
    layout.add(embeddings + "position_embeddings.weight", config.contextLength(), width);
    layout.add(embeddings + "token_type_embeddings.weight", BertConfig.NUM_SEGMENTS, width);
    layout.addNorm(embeddings + "LayerNorm", width, true);
    for (int layer = 0; layer < config.numLayers(); layer++) {
      addBlock(layout, "bert.encoder.layer." + layer + ".", config);
    }
    layout.addLinear("bert.pooler.dense", width, width, true);
    layout.addLinear("cls.predictions.transform.dense", width, width, true);
    layout.addNorm("cls.predictions.transform.LayerNorm", width, true);
    layout.add("cls.predictions.bias", config.vocabSize());
    layout.addLinear("cls.seq_relationship", 2, width, true);
    return layout.slices();
  }

  private static void addBlock(LayoutBuilder layout, String block, BertConfig config) {
    long width = config.embeddingSize();
    layout.addFused(
        width,
        true,
        new Projection(block + "attention.self.query", width),
        new Projection(block + "attention.self.key", width),
        new Projection(block + "attention.self.value", width));
    layout.addLinear(block + "attention.output.dense", width, width, true);
    layout.addNorm(block + "attention.output.LayerNorm", width, true);
    layout.addLinear(block + "intermediate.dense", config.feedForwardSize(), width, true);
    layout.addLinear(block + "output.dense", width, config.feedForwardSize(), true);
    layout.addNorm(block + "output.LayerNorm", width, true);
  }
}
