package dev.kindling.model.optim;

import dev.kindling.model.backend.AdamWUpdate;
import dev.kindling.model.backend.Backend;
import dev.kindling.model.backend.DecayRange;
import dev.kindling.model.nn.ParameterStore;
import dev.kindling.model.tensor.DType;
import java.util.List;

/**
 * AdamW (Loshchilov and Hutter 2019) with clipping of the global gradient norm (Pascanu et al.
 * 2013). Weight decay touches tensors of two or more dims only: neither biases nor gains.
 */
public final class AdamW implements Optimizer {
  private final OptimizerConfig config;
  private final LearningRateSchedule schedule;
  private final Backend backend;
  private final ParameterStore parameters;
  private final ParameterStore gradients;
  private final ParameterStore firstMoments;
  private final ParameterStore secondMoments;
  private final List<DecayRange> ranges;

  /** Allocates moments of zero; both stores stay their owner's. */
  public AdamW(
      OptimizerConfig config,
      ParameterStore parameters,
      ParameterStore gradients,
      Backend backend) {
    this.config = config;
    this.schedule = LearningRateSchedule.of(config);
    this.backend = backend;
    this.parameters = parameters;
    this.gradients = gradients;
    this.firstMoments = ParameterStore.allocate(parameters.slices(), DType.F32, backend.memory());
    this.secondMoments = ParameterStore.allocate(parameters.slices(), DType.F32, backend.memory());
    this.ranges = parameters.slices().stream().map(this::range).toList();
  }

  @Override
  public double updateInPlace(long step, long momentSteps, double gradientNorm) {
    double learningRate = schedule.at(step);
    AdamWUpdate update =
        new AdamWUpdate(
            learningRate,
            config.beta1(),
            config.beta2(),
            config.epsilon(),
            config.clippingFactor(gradientNorm),
            1 - Math.pow(config.beta1(), momentSteps + 1.0),
            1 - Math.pow(config.beta2(), momentSteps + 1.0));
    backend.adamWInPlace(
        parameters.flat(),
        gradients.flat(),
        firstMoments.flat(),
        secondMoments.flat(),
        ranges,
        update);
    return learningRate;
  }

  private DecayRange range(ParameterStore.Slice slice) {
    long end = slice.offset() + slice.numElements();
    return new DecayRange(slice.offset(), end, config.weightDecayOf(slice));
  }

  /** m and v. */
  @Override
  public List<ParameterStore> moments() {
    return List.of(firstMoments, secondMoments);
  }

  @Override
  public void close() {
    firstMoments.close();
    secondMoments.close();
  }
}
