package dev.kindling.model.arch;

import dev.kindling.model.layout.ModelLayout;
import dev.kindling.model.nn.ParameterStore;
import java.util.List;

/** The shape of a Transformer of any kind: everything that decides its parameters. */
public sealed interface ArchitectureConfig extends ModelShape
    permits GptConfig, BertConfig, T5Config, BartConfig {

  /** H, the number of attention heads. */
  int numHeads();

  /** F, the inner width of the position-wise network. */
  long feedForwardSize();

  /**
   * Names, shapes and offsets of all parameters in the flat vector, under Hugging Face's names. The
   * query, key and value weights of one attention are neighbours in this order, and so are their
   * biases, and the gate and up weights of a gated feed-forward: each group reads as one matrix.
   *
   * @throws IllegalArgumentException if the parameters are more than 64 bits can count
   */
  @Override
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

  @Override
  default void initialize(ParameterStore parameters, long seed) {
    ModelInitializer.initialize(this, parameters, seed);
  }
}
