package dev.kindling.model.train;

import dev.kindling.model.arch.ArchitectureConfig;
import dev.kindling.model.arch.LossScale;
import dev.kindling.model.backend.Backend;
import dev.kindling.model.backend.SliceGroup;
import dev.kindling.model.batch.Batch;
import dev.kindling.model.layout.PartLayout;
import dev.kindling.model.nn.ParameterStore;
import dev.kindling.model.optim.AdamWConfig;

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
      ArchitectureConfig config, AdamWConfig optimizer, ComputeOptions compute, Backend backend) {
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

  /** The flat parameters (F32) and their named slices, under Hugging Face's names. */
  public ParameterStore parameters() {
    return part.parameters();
  }

  /** The gradient that the last {@link #step} computed, before clipping, laid out alike. */
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
    double loss = computeGradient(batch, position);
    double gradientNorm = Math.sqrt(part.squaredGradientNorm());
    NonFiniteLossException.requireFinite(loss, gradientNorm, position.step());
    return new StepMetrics(loss, gradientNorm, part.update(position, gradientNorm));
  }

  /** Sums up the gradients of all parts of the batch, and gives the loss. */
  private double computeGradient(Batch batch, StepPosition position) {
    LossScale scale = LossScale.of(batch);
    part.beginStep();
    int numParts = Math.min(compute.microBatches(), batch.size());
    double loss = 0;
    for (int i = 0; i < numParts; i++) {
      int first = batch.size() * i / numParts;
      int end = batch.size() * (i + 1) / numParts;
      Batch rows = numParts == 1 ? batch : batch.rows(first, end - first);
      try (Pass pass = part.newPass(0, rows, first, position, scale)) {
        loss += pass.forward();
        pass.backward();
      }
    }
    return loss;
  }

  /**
   * The loss of a batch without dropout and without an update.
   *
   * @throws IllegalArgumentException if sizes or ids do not fit the model, or no target counts
   */
  public double evaluate(Batch batch) {
    return part.evaluate(batch);
  }

  /** Bytes of both moments, little-endian F32 in the layout of {@link #parameters()}. */
  public void readMoments(byte[] first, byte[] second) {
    int length = numMoments(first, second);
    part.firstMoments().readBytes(0, length, first, 0);
    part.secondMoments().readBytes(0, length, second, 0);
  }

  /** Sets both moments from bytes as {@link #readMoments} gives them. */
  public void writeMoments(byte[] first, byte[] second) {
    int length = numMoments(first, second);
    part.firstMoments().writeBytes(0, length, first, 0);
    part.secondMoments().writeBytes(0, length, second, 0);
  }

  private int numMoments(byte[] first, byte[] second) {
    long expected = 4 * part.parameters().numParameters();
    if (first.length != expected || second.length != expected) {
      throw new IllegalArgumentException(
          "The moments have "
              + first.length
              + " and "
              + second.length
              + " bytes: expected "
              + expected
              + " each, 4 for every parameter");
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
