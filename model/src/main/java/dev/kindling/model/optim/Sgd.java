package dev.kindling.model.optim;

import dev.kindling.model.backend.Backend;
import dev.kindling.model.nn.ParameterStore;
import dev.kindling.model.tensor.Tensor;
import java.util.List;

/**
 * Stochastic gradient descent, {@code θ ← θ - η(g + λθ)}, with clipping of the global gradient norm
 * and weight decay λ of tensors of two or more dims. It keeps no state: momentum over several
 * replicas is the outer optimiser's.
 */
public final class Sgd implements Optimizer {
  private final OptimizerConfig config;
  private final LearningRateSchedule schedule;
  private final Backend backend;
  private final ParameterStore parameters;
  private final ParameterStore gradients;

  /** Allocates nothing; both stores stay their owner's. */
  public Sgd(
      OptimizerConfig config,
      ParameterStore parameters,
      ParameterStore gradients,
      Backend backend) {
    this.config = config;
    this.schedule = LearningRateSchedule.of(config);
    this.backend = backend;
    this.parameters = parameters;
    this.gradients = gradients;
  }

  /** Updates in place; the gradients become what was added to the parameters. */
  @Override
  public double updateInPlace(long step, long momentSteps, double gradientNorm) {
    double learningRate = schedule.at(step);
    for (ParameterStore.Slice slice : parameters.slices()) {
      double decay = config.weightDecayOf(slice);
      if (decay > 0) {
        Tensor tensor = parameters.flat().slice(slice.offset(), slice.numElements());
        backend.scaleInPlace(tensor, 1 - learningRate * decay);
      }
    }
    backend.scaleInPlace(gradients.flat(), -learningRate * config.clippingFactor(gradientNorm));
    backend.addInPlace(parameters.flat(), gradients.flat());
    return learningRate;
  }

  /** None. */
  @Override
  public List<ParameterStore> moments() {
    return List.of();
  }

  @Override
  public void close() {
    // Nothing was allocated.
  }
}
