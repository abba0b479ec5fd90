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
public final class AdamW implements AutoCloseable {
  private final AdamWConfig config;
  private final LearningRateSchedule schedule;
  private final Backend backend;
  private final ParameterStore parameters;
  private final ParameterStore gradients;
  private final ParameterStore firstMoments;
  private final ParameterStore secondMoments;
  private final List<DecayRange> ranges;

  /** Allocates moments of zero; both stores stay their owner's. */
  public AdamW(
      AdamWConfig config, ParameterStore parameters, ParameterStore gradients, Backend backend) {
    this.config = config;
    this.schedule = LearningRateSchedule.of(config);
    this.backend = backend;
    this.parameters = parameters;
    this.gradients = gradients;
    this.firstMoments = ParameterStore.allocate(parameters.slices(), DType.F32);
    this.secondMoments = ParameterStore.allocate(parameters.slices(), DType.F32);
    this.ranges =
        parameters.slices().stream().map(slice -> range(slice, config.weightDecay())).toList();
  }

  /**
   * Updates all parameters in place.
   *
   * @param step from 0: decides the learning rate
   * @param momentSteps updates since the moments were zero, this one not counted: decides the bias
   *     correction. Where the moments live as long as the schedule, it is {@code step}
   * @param gradientNorm the global L2 norm of the gradients
   * @return the learning rate used
   */
  public double updateInPlace(long step, long momentSteps, double gradientNorm) {
    double learningRate = schedule.at(step);
    AdamWUpdate update =
        new AdamWUpdate(
            learningRate,
            config.beta1(),
            config.beta2(),
            config.epsilon(),
            clippingFactor(gradientNorm),
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

  private static DecayRange range(ParameterStore.Slice slice, double weightDecay) {
    boolean decays = slice.shape().size() >= 2;
    return new DecayRange(
        slice.offset(), slice.offset() + slice.numElements(), decays ? weightDecay : 0);
  }

  private double clippingFactor(double gradientNorm) {
    boolean clips = config.maxGradientNorm() > 0 && gradientNorm > config.maxGradientNorm();
    return clips ? config.maxGradientNorm() / gradientNorm : 1;
  }

  /** m, in the layout of the parameters. */
  public ParameterStore firstMoments() {
    return firstMoments;
  }

  /** v, in the layout of the parameters. */
  public ParameterStore secondMoments() {
    return secondMoments;
  }

  @Override
  public void close() {
    firstMoments.close();
    secondMoments.close();
  }
}
