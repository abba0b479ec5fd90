package dev.kindling.model.arch;

import dev.kindling.model.nn.ParameterStore;
import java.io.Serializable;
import java.util.List;
import java.util.Set;

/**
 * What checkpoints and averaging need to know of a model of any kind: its sizes, and the layout of
 * its parameters in one flat vector of F32.
 */
public interface ModelShape extends Serializable {
  /** What tables of tokens, positions and segments are called, and output matrices. */
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
          "embedding",
          "lm_head");

  /** V, the number of token ids. */
  int vocabSize();

  /** T, the longest sequence; of an encoder-decoder the longest on either side. */
  int contextLength();

  /** The number of layers; of an encoder-decoder those of the encoder. */
  int numLayers();

  /** C, the elements of a token's vector. */
  int embeddingSize();

  /** The probability with which training drops an activation, from 0 (never) to below 1. */
  double dropout();

  /**
   * Names, shapes and offsets of all parameters in the flat vector.
   *
   * @throws IllegalArgumentException if the parameters are more than 64 bits can count
   */
  List<ParameterStore.Slice> layout();

  /**
   * Fills the parameters as they are before the first step.
   *
   * @param parameters of {@link #layout}
   * @param seed what every element is drawn from, with the name of its parameter and its index
   */
  void initialize(ParameterStore parameters, long seed);

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
