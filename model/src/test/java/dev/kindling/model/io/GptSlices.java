package dev.kindling.model.io;

import dev.kindling.model.arch.GptConfig;
import dev.kindling.model.nn.ParameterStore.Slice;
import java.util.ArrayList;
import java.util.List;

/** The tensors of Hugging Face's GPT-2, written down a second time, for tests. */
final class GptSlices {
  private final List<Slice> slices = new ArrayList<>();
  private long offset;

  private GptSlices() {}

  static List<Slice> of(GptConfig config) {
    GptSlices layout = new GptSlices();
    long width = config.embeddingSize();
    layout.add("transformer.wte.weight", config.vocabSize(), width);
    layout.add("transformer.wpe.weight", config.contextLength(), width);
    for (int layer = 0; layer < config.numLayers(); layer++) {
      String block = "transformer.h." + layer + ".";
      layout.addWithBias(config, block + "ln_1", width);
      layout.addWithBias(config, block + "attn.c_attn", width, 3 * width);
      layout.addWithBias(config, block + "attn.c_proj", width, width);
      layout.addWithBias(config, block + "ln_2", width);
      layout.addWithBias(config, block + "mlp.c_fc", width, 4 * width);
      layout.addWithBias(config, block + "mlp.c_proj", 4 * width, width);
    }
    layout.addWithBias(config, "transformer.ln_f", width);
    return layout.slices;
  }

  private void addWithBias(GptConfig config, String name, long... shape) {
    add(name + ".weight", shape);
    if (config.bias()) {
      add(name + ".bias", shape[shape.length - 1]);
    }
  }

  private void add(String name, long... shape) {
    List<Long> dims = new ArrayList<>();
    for (long dim : shape) {
      dims.add(dim);
    }
    Slice slice = new Slice(name, offset, List.copyOf(dims));
    slices.add(slice);
    offset += slice.numElements();
  }
}
