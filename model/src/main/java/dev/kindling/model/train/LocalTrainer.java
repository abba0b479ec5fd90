package dev.kindling.model.train;

import dev.kindling.model.arch.ArchitectureConfig;
import dev.kindling.model.arch.LossScale;
import dev.kindling.model.arch.ModelInitializer;
import dev.kindling.model.autograd.Tape;
import dev.kindling.model.autograd.Workspace;
import dev.kindling.model.backend.Backend;
import dev.kindling.model.batch.Batch;
import dev.kindling.model.nn.ParameterStore;
import dev.kindling.model.optim.AdamW;
import dev.kindling.model.optim.AdamWConfig;
import dev.kindling.model.tensor.DType;

/**
 * One replica: model, objective and inner optimiser on one backend, with no knowledge of any other
 * replica. Not thread-safe. Same state and same calls give the same bits. Closing it frees all of
 * its off-heap memory and leaves the backend open.
 */
public final class LocalTrainer implements AutoCloseable {
  private final ArchitectureConfig config;
  private final ComputeOptions compute;
  private final Backend backend;
  private final ParameterStore gradients;
  private final BoundModel model;
  private final AdamW optimizer;
  private final Workspace workspace = new Workspace();

  /** Allocates everything; parameters and moments are zero until they are set or initialised. */
  public LocalTrainer(
      ArchitectureConfig config, AdamWConfig optimizer, ComputeOptions compute, Backend backend) {
    this.config = config;
    this.compute = compute;
    this.backend = backend;
    this.gradients = ParameterStore.allocate(config.layout(), DType.F32);
    this.model = new BoundModel(config, compute.precision(), backend, gradients);
    this.optimizer = new AdamW(optimizer, model.parameters(), gradients, backend);
  }

  /** The flat parameters (F32) and their named slices, under Hugging Face's names. */
  public ParameterStore parameters() {
    return model.parameters();
  }

  /** The gradient that the last {@link #step} computed, before clipping, laid out alike. */
  public ParameterStore gradients() {
    return gradients;
  }

  /** Fills the parameters as the architecture does, from draws keyed by {@code seed}. */
  public void initialize(long seed) {
    ModelInitializer.initialize(config, model.parameters(), seed);
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
    double gradientNorm = Math.sqrt(backend.squaredNorm(gradients.flat()));
    if (!Double.isFinite(loss) || !Double.isFinite(gradientNorm)) {
      throw new NonFiniteLossException(
          "At step "
              + position.step()
              + " the loss is "
              + loss
              + " and the norm of its gradient "
              + gradientNorm
              + ", so the parameters were left as they were: lower the learning rate, lengthen the"
              + " warm-up or set maxGradientNorm");
    }
    double learningRate =
        optimizer.updateInPlace(position.step(), position.momentSteps(), gradientNorm);
    return new StepMetrics(loss, gradientNorm, learningRate);
  }

  /** Sums up the gradients of all parts of the batch, and gives the loss. */
  private double computeGradient(Batch batch, StepPosition position) {
    batch.requireVocabulary(config.vocabSize());
    LossScale scale = LossScale.of(batch);
    model.refreshCopies();
    backend.fill(gradients.flat(), 0);
    int numParts = Math.min(compute.microBatches(), batch.size());
    double loss = 0;
    for (int part = 0; part < numParts; part++) {
      int first = batch.size() * part / numParts;
      int end = batch.size() * (part + 1) / numParts;
      Batch rows = numParts == 1 ? batch : batch.rows(first, end - first);
      loss += addGradient(rows, position, first, scale);
    }
    return loss;
  }

  private double addGradient(Batch batch, StepPosition position, int firstRow, LossScale scale) {
    workspace.reset();
    Tape.Randomness randomness =
        new Tape.Randomness(position.dropoutKey(), position.firstSample() + firstRow);
    Tape tape = Tape.recording(backend, workspace, compute.activationCheckpointing(), randomness);
    double loss = model.architecture().losses(tape, batch, scale).total(scale);
    tape.backward();
    return loss;
  }

  /**
   * The loss of a batch without dropout and without an update.
   *
   * @throws IllegalArgumentException if sizes or ids do not fit the model, or no target counts
   */
  public double evaluate(Batch batch) {
    batch.requireVocabulary(config.vocabSize());
    LossScale scale = LossScale.of(batch);
    model.refreshCopies();
    workspace.reset();
    Tape tape = Tape.forwardOnly(backend, workspace);
    return model.architecture().losses(tape, batch, scale).total(scale);
  }

  /** Bytes of both moments, little-endian F32 in the layout of {@link #parameters()}. */
  public void readMoments(byte[] first, byte[] second) {
    int length = numMoments(first, second);
    optimizer.firstMoments().readBytes(0, length, first, 0);
    optimizer.secondMoments().readBytes(0, length, second, 0);
  }

  /** Sets both moments from bytes as {@link #readMoments} gives them. */
  public void writeMoments(byte[] first, byte[] second) {
    int length = numMoments(first, second);
    optimizer.firstMoments().writeBytes(0, length, first, 0);
    optimizer.secondMoments().writeBytes(0, length, second, 0);
  }

  private int numMoments(byte[] first, byte[] second) {
    long expected = 4 * model.parameters().numParameters();
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
    return Math.toIntExact(model.parameters().numParameters());
  }

  /** The most bytes that activations and their gradients took at once. */
  public long peakActivationBytes() {
    return workspace.peakBytes();
  }

  /** Bytes of off-heap memory held for activations; constant after the first step of a shape. */
  long reservedActivationBytes() {
    return workspace.reservedBytes();
  }

  @Override
  public void close() {
    workspace.close();
    optimizer.close();
    model.close();
    gradients.close();
  }
}
