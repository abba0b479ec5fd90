package dev.kindling.model.arch;

import dev.kindling.model.autograd.Tape;
import dev.kindling.model.autograd.Variable;
import dev.kindling.model.nn.Attention;
import dev.kindling.model.nn.Embedding;
import dev.kindling.model.nn.FeedForward;
import dev.kindling.model.nn.LayerNorm;
import dev.kindling.model.nn.Linear;
import dev.kindling.model.nn.Parameter;
import dev.kindling.model.nn.ParameterStore;
import dev.kindling.model.nn.TransformerBlock;
import dev.kindling.model.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * A decoder-only Transformer as GPT-2 (Radford et al. 2019): learned positions, pre-norm blocks, a
 * final norm, and logits from the transposed token embedding. Parameters have Hugging Face's names
 * and layouts.
 */
public final class Gpt {
  private static final String PREFIX = "transformer.";

  private final Parameter tokenEmbedding;
  private final Embedding embedding;
  private final List<TransformerBlock> blocks = new ArrayList<>();
  private final LayerNorm finalNorm;

  /**
   * Binds the architecture to its parameters.
   *
   * @param parameters of {@link #layout}
   * @param gradients of the same layout, or null for inference
   */
  public Gpt(GptConfig config, ParameterStore parameters, ParameterStore gradients) {
    Binder binder = new Binder(parameters, gradients);
    tokenEmbedding = binder.parameter("wte.weight");
    embedding = new Embedding(tokenEmbedding, binder.parameter("wpe.weight"));
    for (int layer = 0; layer < config.numLayers(); layer++) {
      String block = "h." + layer + ".";
      blocks.add(
          new TransformerBlock(
              binder.layerNorm(block + "ln_1"),
              new Attention(
                  config.numHeads(),
                  binder.linear(block + "attn.c_attn"),
                  binder.linear(block + "attn.c_proj")),
              binder.layerNorm(block + "ln_2"),
              new FeedForward(
                  binder.linear(block + "mlp.c_fc"), binder.linear(block + "mlp.c_proj"))));
    }
    finalNorm = binder.layerNorm("ln_f");
  }

  /**
   * Hidden states after the final norm.
   *
   * @param tokens I32 [B, T], T at most the context length
   * @return [B × T, C]
   */
  public Variable forward(Tape tape, Tensor tokens) {
    Variable stream = embedding.forward(tape, tokens);
    for (TransformerBlock block : blocks) {
      stream = block.forward(tape, stream, tokens.dim(1));
    }
    return finalNorm.forward(tape, stream);
  }

  /** The token embedding [V, C], which is also the matrix of the logits. */
  public Parameter tokenEmbedding() {
    return tokenEmbedding;
  }

  /** Names, shapes and offsets of all parameters. */
  public static List<ParameterStore.Slice> layout(GptConfig config) {
    LayoutBuilder layout = new LayoutBuilder();
    long width = config.embeddingSize();
    layout.add("wte.weight", config.vocabSize(), width);
    layout.add("wpe.weight", config.contextLength(), width);
    for (int layer = 0; layer < config.numLayers(); layer++) {
      String block = "h." + layer + ".";
      layout.addWithBias(block + "ln_1", config.bias(), width);
      layout.addWithBias(block + "attn.c_attn", config.bias(), width, 3 * width);
      layout.addWithBias(block + "attn.c_proj", config.bias(), width, width);
      layout.addWithBias(block + "ln_2", config.bias(), width);
      layout.addWithBias(block + "mlp.c_fc", config.bias(), width, 4 * width);
      layout.addWithBias(block + "mlp.c_proj", config.bias(), 4 * width, width);
    }
    layout.addWithBias("ln_f", config.bias(), width);
    return layout.slices;
  }

  private record Binder(ParameterStore parameters, ParameterStore gradients) {
    Parameter parameter(String name) {
      return Parameter.of(parameters, gradients, PREFIX + name);
    }

    private Parameter bias(String module) {
      return parameters.contains(PREFIX + module + ".bias") ? parameter(module + ".bias") : null;
    }

    Linear linear(String module) {
      return new Linear(parameter(module + ".weight"), bias(module));
    }

    LayerNorm layerNorm(String module) {
      return new LayerNorm(parameter(module + ".weight"), bias(module));
    }
  }

  private static final class LayoutBuilder {
    private final List<ParameterStore.Slice> slices = new ArrayList<>();
    private long offset;

    void add(String name, Long... shape) {
      ParameterStore.Slice slice = new ParameterStore.Slice(PREFIX + name, offset, List.of(shape));
      slices.add(slice);
      offset = Math.addExact(offset, slice.numElements());
    }

    void add(String name, long numRows, long numColumns) {
      add(name, new Long[] {numRows, numColumns});
    }

    void addWithBias(String module, boolean bias, Long... shape) {
      add(module + ".weight", shape);
      if (bias) {
        add(module + ".bias", shape[shape.length - 1]);
      }
    }
  }
}
