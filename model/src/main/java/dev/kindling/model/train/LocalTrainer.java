package dev.kindling.model.train;

import dev.kindling.model.arch.ArchitectureConfig;
import dev.kindling.model.arch.LossScale;
import dev.kindling.model.backend.Backend;
import dev.kindling.model.backend.SliceGroup;
import dev.kindling.model.batch.Batch;
import dev.kindling.model.layout.PartLayout;
import dev.kindling.model.nn.ParameterStore;
import dev.kindling.model.optim.OptimizerConfig;

/**
 * One replica: model, objective and inner optimiser on one backend, with no knowledge of any other
 * replica. Not thread-safe. Same state and same calls give the same bits. Closing it frees all of
 * its off-heap memory and leaves the backend open.
 */
public final class LocalTrainer implements AutoCloseable {
  private final ComputeOptions compute;
  private final ModelPart part;

  /** Allocates everything; parameters and moments are zero until they are set or initialised. */
  public LocalTrainer(
      ArchitectureConfig config,
      OptimizerConfig optimizer,
      ComputeOptions compute,
      Backend backend) {
    this.compute = compute;
    this.part =
        new ModelPart(
            config,
            PartLayout.whole(config.placements()),
            SliceGroup.WHOLE,
            optimizer,
            compute,
            backend);
  }

  /**
   * A replica over parameters and gradients that are there, whose update is somebody else's: it
   * only computes gradients.
   *
   * @param parameters closes with the trainer, and so do the gradients
   */
  public LocalTrainer(
      ArchitectureConfig config,
      ComputeOptions compute,
      Backend backend,
      ParameterStore parameters,
      ParameterStore gradients) {
    this.compute = compute;
    this.part =
        new ModelPart(
            config,
            PartLayout.whole(config.placements()),
            SliceGroup.WHOLE,
            OptimizerConfig.plainSgd(0),
            compute,
            backend,
            parameters,
            gradients);
  }

  /** The flat parameters (F32) and their named slices, under Hugging Face's names. */
  public ParameterStore parameters() {
    return part.parameters();
  }

  /**
   * The gradient that {@link #computeGradient} computed, before clipping, laid out alike. An update
   * of SGD makes it into what was added to the parameters.
   */
  public ParameterStore gradients() {
    return part.gradients();
  }

  /** Fills the parameters as the architecture does, from draws keyed by {@code seed}. */
  public void initialize(long seed) {
    part.initialize(seed);
  }

  /**
   * Forward, backward, clip, update.
   *
   * @param batch of the kind that the architecture is trained on
   * @throws NonFiniteLossException if the loss or the gradient is not finite; nothing was updated
   *     then
   * @throws IllegalArgumentException if sizes or ids do not fit the model, or no target counts
   */
  public StepMetrics step(Batch batch, StepPosition position) {
    Gradient gradient = computeGradient(batch, position);
    NonFiniteLossException.requireFinite(gradient.loss(), gradient.norm(), position.step());
    return new StepMetrics(gradient.loss(), gradient.norm(), update(position, gradient.norm()));
  }

  /**
   * What is known of a step before it is taken: whoever asked for it decides whether it is.
   *
   * @param loss mean cross-entropy in nats per token
   * @param norm global L2 norm of the gradient, before clipping
   */
  public record Gradient(double loss, double norm) {
    /** Whether both are numbers that an update may be made of. */
    public boolean isFinite() {
      return Double.isFinite(loss) && Double.isFinite(norm);
    }
  }

  /**
   * The first half of a step: forward and backward, the gradients of all micro-batches summed up.
   * Parameters and moments stay as they are.
   *
   * @param batch of the kind that the architecture is trained on
   * @throws IllegalArgumentException if sizes or ids do not fit the model, or no target counts
   */
  public Gradient computeGradient(Batch batch, StepPosition position) {
    LossScale scale = LossScale.of(batch);
    part.beginStep();
    int numParts = Math.min(compute.microBatches(), batch.size());
    double loss = 0;
    for (int i = 0; i < numParts; i++) {
      int first = batch.size() * i / numParts;
      int end = batch.size() * (i + 1) / numParts;
      Batch rows = numParts == 1 ? batch : batch.rows(first, end - first);
      loss += part.runWhole(rows, first, position, scale);
    }
    return new Gradient(loss, Math.sqrt(part.squaredGradientNorm()));
  }

  /**
   * The second half of a step: clip and update by the gradients as they are now.
   *
   * @param gradientNorm their global L2 norm
   * @return the learning rate used
   */
  public double update(StepPosition position, double gradientNorm) {
    return part.update(position, gradientNorm);
  }

  /**
   * The loss of a batch without dropout and without an update.
   *
   * @throws IllegalArgumentException if sizes or ids do not fit the model, or no target counts
   */
  public double evaluate(Batch batch) {
    return part.evaluate(batch);
  }

  /**
   * Bytes of both of AdamW's moments, little-endian F32 in the layout of {@link #parameters()}.
   *
   * @throws IllegalArgumentException if the optimiser has none, or the lengths are others
   */
  public void readMoments(byte[] first, byte[] second) {
    int length = requireMoments(first, second);
    part.moments().get(0).readBytes(0, length, first, 0);
    part.moments().get(1).readBytes(0, length, second, 0);
  }

  /**
   * Sets both moments from bytes as {@link #readMoments} gives them.
   *
   * @throws IllegalArgumentException if the optimiser has none, or the lengths are others
   */
  public void writeMoments(byte[] first, byte[] second) {
    int length = requireMoments(first, second);
    part.moments().get(0).writeBytes(0, length, first, 0);
    part.moments().get(1).writeBytes(0, length, second, 0);
  }

  private int requireMoments(byte[] first, byte[] second) {
    long expected = 4 * part.parameters().numParameters();
    if (part.moments().isEmpty() || first.length != expected || second.length != expected) {
      throw new IllegalArgumentException(
          "The moments have "
              + first.length
              + " and "
              + second.length
              + " bytes: expected "
              + (part.moments().isEmpty()
                  ? "none, since the optimiser is SGD"
                  : expected + " each, 4 for every parameter"));
    }
    return Math.toIntExact(part.parameters().numParameters());
  }

  /** The most bytes that activations and their gradients took at once. */
  public long peakActivationBytes() {
    return part.peakActivationBytes();
  }

  /** Bytes of off-heap memory held for activations; constant after the first step of a shape. */
  long reservedActivationBytes() {
    return part.reservedActivationBytes();
  }

  @Override
  public void close() {
    part.close();
  }
}
