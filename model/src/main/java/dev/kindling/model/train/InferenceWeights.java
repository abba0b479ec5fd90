package dev.kindling.model.train;

import dev.kindling.model.arch.ArchitectureConfig;
import dev.kindling.model.arch.LanguageModel;
import dev.kindling.model.backend.Backend;
import dev.kindling.model.nn.ParameterStore;
import dev.kindling.model.tensor.MemorySpace;

/**
 * The parameters of a model that only infers, with their copy in the type that is computed in: they
 * lie in memory once, however many {@link InferenceModel}s of however many threads read them.
 *
 * <p>They are filled by one thread, then handed to the others. Models on several threads may read
 * them at once as long as nobody writes; closing them, after the last model, frees the memory.
 */
public final class InferenceWeights implements AutoCloseable {
  private final ArchitectureConfig config;
  private final Precision precision;
  private final BoundModel model;
  private volatile boolean copiesAreStale = true;

  /**
   * Allocates parameters of zero; fill them through {@link #parameters()}.
   *
   * @param space {@link Backend#sharedMemory} of the backends that compute
   */
  public InferenceWeights(ArchitectureConfig config, Precision precision, MemorySpace space) {
    this.config = config;
    this.precision = precision;
    this.model = new BoundModel(config, precision, space, null);
  }

  /** The shape of the model. */
  public ArchitectureConfig config() {
    return config;
  }

  /** What is computed in. */
  public Precision precision() {
    return precision;
  }

  /**
   * The flat parameters (F32) and their named slices, under Hugging Face's names. Ask for them
   * again before every change, so that it is noticed, and only while no model reads.
   */
  public ParameterStore parameters() {
    copiesAreStale = true;
    return model.parameters();
  }

  /** The architecture over these weights; who asks first after a change makes the copy anew. */
  LanguageModel architecture(Backend backend) {
    if (copiesAreStale) {
      refreshCopies(backend);
    }
    return model.architecture();
  }

  private synchronized void refreshCopies(Backend backend) {
    if (copiesAreStale) {
      model.refreshCopies(backend);
      // Other threads read them with backends of their own.
      backend.awaitKernels();
      copiesAreStale = false;
    }
  }

  @Override
  public void close() {
    model.close();
  }
}
