package dev.kindling.model.arch;

import dev.kindling.model.layout.Cut;
import dev.kindling.model.layout.LayoutBuilder;
import dev.kindling.model.layout.LayoutBuilder.Projection;
import dev.kindling.model.layout.LayoutBuilder.Split;
import dev.kindling.model.layout.ModelLayout;
import java.util.List;

/** The parameters of a BERT, under the names of Hugging Face's BertForPreTraining. */
final class BertLayout {
  private BertLayout() {}

  static ModelLayout of(BertConfig config) {
    LayoutBuilder layout = new LayoutBuilder();
    long width = config.embeddingSize();
    String embeddings = "bert.embeddings.";
    int head = config.numLayers() + 1;
    layout.usedBy(List.of(0, head));
    layout.add(embeddings + "word_embeddings.weight", Cut.along(0), config.vocabSize(), width);
    layout.usedBy(0);
    layout.add(embeddings + "position_embeddings.weight", config.contextLength(), width);
    layout.add(embeddings + "token_type_embeddings.weight", BertConfig.NUM_SEGMENTS, width);
    layout.addNorm(embeddings + "LayerNorm", width, true);
    for (int layer = 0; layer < config.numLayers(); layer++) {
      layout.usedBy(layer + 1);
      addBlock(layout, "bert.encoder.layer." + layer + ".", config);
    }
    layout.usedBy(head);
    layout.addLinear("bert.pooler.dense", Split.NONE, width, width, true);
    layout.addLinear("cls.predictions.transform.dense", Split.NONE, width, width, true);
    layout.addNorm("cls.predictions.transform.LayerNorm", width, true);
    layout.add("cls.predictions.bias", Cut.along(0), config.vocabSize());
    layout.addLinear("cls.seq_relationship", Split.NONE, 2, width, true);
    return layout.build(head + 1);
  }

  private static void addBlock(LayoutBuilder layout, String block, BertConfig config) {
    long width = config.embeddingSize();
    layout.addFused(
        Split.OUTPUTS,
        width,
        true,
        new Projection(block + "attention.self.query", width),
        new Projection(block + "attention.self.key", width),
        new Projection(block + "attention.self.value", width));
    layout.addLinear(block + "attention.output.dense", Split.INPUTS, width, width, true);
    layout.addNorm(block + "attention.output.LayerNorm", width, true);
    layout.addLinear(
        block + "intermediate.dense", Split.OUTPUTS, config.feedForwardSize(), width, true);
    layout.addLinear(block + "output.dense", Split.INPUTS, width, config.feedForwardSize(), true);
    layout.addNorm(block + "output.LayerNorm", width, true);
  }
}
