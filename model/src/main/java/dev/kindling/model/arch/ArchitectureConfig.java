package dev.kindling.model.arch;

import dev.kindling.model.layout.ModelLayout;
import dev.kindling.model.nn.ParameterStore;
import java.io.Serializable;
import java.util.List;
import java.util.Set;

/** The shape of a Transformer of any kind: everything that decides its parameters. */
public sealed interface ArchitectureConfig extends Serializable
    permits GptConfig, BertConfig, T5Config, BartConfig {

  /** What Hugging Face calls tables of tokens, positions and segments, and output matrices. */
  Set<String> EMBEDDINGS =
      Set.of(
          "wte",
          "wpe",
          "embed_tokens",
          "embed_positions",
          "word_embeddings",
          "position_embeddings",
          "token_type_embeddings",
          "shared",
          "lm_head");

  /** V, the number of token ids. */
  int vocabSize();

  /** T, the longest sequence; of an encoder-decoder the longest on either side. */
  int contextLength();

  /** The number of blocks; of an encoder-decoder those of the encoder. */
  int numLayers();

  /** H, the number of attention heads. */
  int numHeads();

  /** C, the width of the residual stream. */
  int embeddingSize();

  /** F, the inner width of the position-wise network. */
  long feedForwardSize();

  /** The probability with which training drops an activation, from 0 (never) to below 1. */
  double dropout();

  /**
   * Names, shapes and offsets of all parameters in the flat vector, under Hugging Face's names. The
   * query, key and value weights of one attention are neighbours in this order, and so are their
   * biases, and the gate and up weights of a gated feed-forward: each group reads as one matrix.
   *
   * @throws IllegalArgumentException if the parameters are more than 64 bits can count
   */
  default List<ParameterStore.Slice> layout() {
    return placements().slices();
  }

  /**
   * {@link #layout} with the pieces of the forward pass that use each parameter, and how it is cut
   * where several ranks hold the model together.
   *
   * @throws IllegalArgumentException if the parameters are more than 64 bits can count
   */
  ModelLayout placements();

  /**
   * Checks that the matrices can be cut into {@code numSlices} slices of whole heads.
   *
   * @throws IllegalArgumentException naming what does not divide
   */
  default void requireSlices(int numSlices) {
    Shapes.requireSlices("numHeads", numHeads(), numSlices);
    Shapes.requireSlices("feedForwardSize", feedForwardSize(), numSlices);
    if (vocabSize() < numSlices) {
      throw new IllegalArgumentException(
          "vocabSize " + vocabSize() + " is less than tensorParallel " + numSlices);
    }
  }

  /** P, the number of parameters; nothing is allocated for them. */
  default long numParameters() {
    return layout().stream().mapToLong(ParameterStore.Slice::numElements).sum();
  }

  /**
   * The parameters without the embeddings of tokens, positions and segments, and without an output
   * matrix of its own: what Kaplan et al. 2020 call N.
   */
  default long numNonEmbeddingParameters() {
    return layout().stream()
        .filter(slice -> !isEmbedding(slice.name()))
        .mapToLong(ParameterStore.Slice::numElements)
        .sum();
  }

  private static boolean isEmbedding(String name) {
    String[] parts = name.split("\\.", -1);
    return parts.length > 1 && EMBEDDINGS.contains(parts[parts.length - 2]);
  }
}
