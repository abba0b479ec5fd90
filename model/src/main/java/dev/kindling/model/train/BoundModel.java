package dev.kindling.model.train;

import dev.kindling.model.arch.ArchitectureConfig;
import dev.kindling.model.arch.LanguageModel;
import dev.kindling.model.backend.Backend;
import dev.kindling.model.nn.ParameterStore;
import dev.kindling.model.nn.Parameters;
import dev.kindling.model.tensor.DType;

/** An architecture with the memory of its parameters, and their copy in the type that computes. */
final class BoundModel implements AutoCloseable {
  private final Backend backend;
  private final ParameterStore parameters;
  private final ParameterStore matrices;
  private final LanguageModel architecture;

  /**
   * Allocates parameters of zero.
   *
   * @param gradients null for inference
   * @throws IllegalArgumentException if the backend does not have the precision
   */
  BoundModel(
      ArchitectureConfig config, Precision precision, Backend backend, ParameterStore gradients) {
    if (!backend.floatTypes().contains(precision.dtype())) {
      throw new IllegalArgumentException(
          "The backend "
              + backend.name()
              + " computes in "
              + backend.floatTypes()
              + ", not in "
              + precision
              + ": choose another precision, or the backend onednn");
    }
    this.backend = backend;
    this.parameters = ParameterStore.allocate(config.layout(), DType.F32);
    this.matrices =
        precision == Precision.F32
            ? parameters
            : ParameterStore.allocate(config.layout(), precision.dtype());
    this.architecture = LanguageModel.bind(config, new Parameters(parameters, matrices, gradients));
  }

  ParameterStore parameters() {
    return parameters;
  }

  LanguageModel architecture() {
    return architecture;
  }

  /** Brings the copy up to date with the parameters. */
  void refreshCopies() {
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
