package dev.kindling.model.train;

import dev.kindling.model.arch.ArchitectureConfig;
import dev.kindling.model.arch.LanguageModel;
import dev.kindling.model.backend.Backend;
import dev.kindling.model.backend.SliceGroup;
import dev.kindling.model.layout.PartLayout;
import dev.kindling.model.nn.ParameterStore;
import dev.kindling.model.nn.Parameters;
import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.MemorySpace;
import java.util.List;

/**
 * An architecture, or a part of it, with the memory of its parameters, and their copy in the type
 * that computes.
 */
final class BoundModel implements AutoCloseable {
  private final ParameterStore parameters;
  private final ParameterStore matrices;
  private final List<LanguageModel> chunks;

  /**
   * Allocates parameters of zero for a whole model.
   *
   * @param space of the backends that compute
   * @param gradients null for inference
   */
  BoundModel(
      ArchitectureConfig config, Precision precision, MemorySpace space, ParameterStore gradients) {
    this(
        config,
        PartLayout.whole(config.placements()),
        SliceGroup.WHOLE,
        precision,
        space,
        gradients);
  }

  /**
   * Allocates parameters of zero for a part of a model.
   *
   * @param space of the backends that compute
   * @param gradients null for inference
   */
  BoundModel(
      ArchitectureConfig config,
      PartLayout part,
      SliceGroup slices,
      Precision precision,
      MemorySpace space,
      ParameterStore gradients) {
    this(
        config,
        part,
        slices,
        precision,
        space,
        ParameterStore.allocate(part.slices(), DType.F32, space),
        gradients);
  }

  /**
   * A model over parameters that are there, and close with it.
   *
   * @param space where they lie
   * @param gradients null for inference
   */
  BoundModel(
      ArchitectureConfig config,
      PartLayout part,
      SliceGroup slices,
      Precision precision,
      MemorySpace space,
      ParameterStore parameters,
      ParameterStore gradients) {
    this.parameters = parameters;
    this.matrices =
        precision.dtype() == DType.F32
            ? parameters
            : ParameterStore.allocate(part.slices(), precision.dtype(), space);
    Parameters here = new Parameters(parameters, matrices, gradients, slices);
    this.chunks =
        part.chunks().stream().map(chunk -> LanguageModel.bind(config, here, chunk)).toList();
  }

  ParameterStore parameters() {
    return parameters;
  }

  /** The pieces of the only chunk. */
  LanguageModel architecture() {
    return chunks.get(0);
  }

  LanguageModel chunk(int chunk) {
    return chunks.get(chunk);
  }

  /**
   * Brings the copy up to date with the parameters.
   *
   * @param backend has the precision
   */
  void refreshCopies(Backend backend) {
    if (matrices != parameters) {
      backend.copy(parameters.flat(), matrices.flat());
    }
  }

  @Override
  public void close() {
    if (matrices != parameters) {
      matrices.close();
    }
    parameters.close();
  }
}
