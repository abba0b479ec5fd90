package dev.kindling.model.train;

import dev.kindling.model.arch.ArchitectureConfig;
import dev.kindling.model.arch.LossScale;
import dev.kindling.model.arch.Losses;
import dev.kindling.model.arch.ModelInitializer;
import dev.kindling.model.autograd.Tape;
import dev.kindling.model.autograd.Workspace;
import dev.kindling.model.backend.Backend;
import dev.kindling.model.backend.SliceGroup;
import dev.kindling.model.batch.Batch;
import dev.kindling.model.layout.PartLayout;
import dev.kindling.model.nn.ParameterStore;
import dev.kindling.model.optim.Optimizer;
import dev.kindling.model.optim.OptimizerConfig;
import dev.kindling.model.tensor.DType;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/**
 * What one rank trains of a model: some of its pieces and a slice of their matrices, with gradients
 * and moments. It runs micro-batches forwards and backwards, several at a time; who moves what they
 * hand over, and in which order they run, is decided elsewhere. Not thread-safe. Closing it frees
 * its off-heap memory and leaves the backend open.
 */
public final class ModelPart implements AutoCloseable {
  private final ArchitectureConfig config;
  private final PartLayout layout;
  private final ComputeOptions compute;
  private final Backend backend;
  private final ParameterStore gradients;
  private final BoundModel model;
  private final Optimizer optimizer;
  private final List<Workspace> workspaces = new ArrayList<>();
  private final Deque<Workspace> free = new ArrayDeque<>();

  /**
   * Allocates everything; parameters and moments are zero until they are set or initialised.
   *
   * @param layout what of the model is here
   * @param slices who has the other slices
   * @throws IllegalArgumentException if the backend does not have the precision
   */
  public ModelPart(
      ArchitectureConfig config,
      PartLayout layout,
      SliceGroup slices,
      OptimizerConfig optimizer,
      ComputeOptions compute,
      Backend backend) {
    this(
        config,
        layout,
        slices,
        optimizer,
        compute,
        backend,
        ParameterStore.allocate(layout.slices(), DType.F32, backend.memory()),
        ParameterStore.allocate(layout.slices(), DType.F32, backend.memory()));
  }

  /** A part over parameters and gradients that are there, and close with it. */
  ModelPart(
      ArchitectureConfig config,
      PartLayout layout,
      SliceGroup slices,
      OptimizerConfig optimizer,
      ComputeOptions compute,
      Backend backend,
      ParameterStore parameters,
      ParameterStore gradients) {
    this.config = config;
    this.layout = layout;
    this.compute = compute;
    this.backend = compute.precision().on(backend);
    this.gradients = gradients;
    this.model =
        new BoundModel(
            config, layout, slices, compute.precision(), backend.memory(), parameters, gradients);
    this.optimizer = optimizer.create(model.parameters(), gradients, backend);
  }

  /** What of the model is here. */
  public PartLayout layout() {
    return layout;
  }

  /** The part's flat parameters (F32). */
  public ParameterStore parameters() {
    return model.parameters();
  }

  /** The gradients of the step so far, laid out alike. */
  public ParameterStore gradients() {
    return gradients;
  }

  /** What the optimiser keeps between steps, laid out alike: AdamW's m and v, nothing of SGD. */
  public List<ParameterStore> moments() {
    return optimizer.moments();
  }

  /** The kernels. */
  public Backend backend() {
    return backend;
  }

  /** Fills the parameters of a part that is the whole model, from draws keyed by {@code seed}. */
  public void initialize(long seed) {
    ModelInitializer.initialize(config, model.parameters(), seed);
  }

  /** Forgets the gradients, and takes up what was written into the parameters. */
  public void beginStep() {
    model.refreshCopies(backend);
    backend.fill(gradients.flat(), 0);
  }

  /**
   * A micro-batch's way through one chunk.
   *
   * @param chunk which of the layout's chunks
   * @param microBatch the whole of it, as every part gets it
   * @param firstRow its first row in the batch of the step
   * @param scale of the whole batch
   * @throws IllegalArgumentException if the batch does not fit the model
   */
  public Pass newPass(
      int chunk, Batch microBatch, int firstRow, StepPosition position, LossScale scale) {
    microBatch.requireVocabulary(config.vocabSize());
    Workspace workspace = free.isEmpty() ? newWorkspace() : free.pop();
    workspace.reset();
    Tape.Randomness randomness =
        new Tape.Randomness(position.dropoutKey(), position.firstSample() + firstRow);
    Tape tape = Tape.recording(backend, workspace, compute.activationCheckpointing(), randomness);
    DType dtype = compute.precision().dtype();
    return new Pass(model.chunk(chunk), tape, dtype, microBatch, scale, () -> free.push(workspace));
  }

  /**
   * A micro-batch's way through the whole model and back, where all of it is one chunk: adds to the
   * gradients.
   *
   * @param firstRow its first row in the batch of the step
   * @param scale of the whole batch
   * @return its share of the loss in nats
   * @throws IllegalArgumentException if the batch does not fit the model
   */
  double runWhole(Batch microBatch, int firstRow, StepPosition position, LossScale scale) {
    AtomicReference<Pass> finished = new AtomicReference<>();
    backend.runPass(
        () -> {
          try (Pass pass = newPass(0, microBatch, firstRow, position, scale)) {
            pass.forward();
            pass.backward();
            finished.set(pass);
          }
        });
    return finished.get().loss();
  }

  /**
   * The loss of a batch without dropout and without gradients, where the whole model is here.
   *
   * @throws IllegalArgumentException if the batch does not fit the model, or no target counts
   */
  double evaluate(Batch batch) {
    batch.requireVocabulary(config.vocabSize());
    LossScale scale = LossScale.of(batch);
    model.refreshCopies(backend);
    Workspace workspace = free.isEmpty() ? newWorkspace() : free.pop();
    AtomicReference<Losses> losses = new AtomicReference<>();
    try {
      backend.runPass(
          () -> {
            workspace.reset();
            Tape tape = Tape.forwardOnly(backend, workspace);
            losses.set(model.architecture().losses(tape, batch, scale));
          });
      return losses.get().total(scale);
    } finally {
      free.push(workspace);
    }
  }

  private Workspace newWorkspace() {
    Workspace workspace = new Workspace(backend.memory());
    workspaces.add(workspace);
    return workspace;
  }

  /**
   * The squared L2 norm of the gradients that this part speaks for: over all parts of a model, each
   * gradient counts once.
   */
  public double squaredGradientNorm() {
    double sum = 0;
    long from = 0;
    for (PartLayout.Held held : layout.held()) {
      long end = held.local().offset() + held.local().numElements();
      if (!layout.speaksFor(held.placement())) {
        sum += squaredNorm(from, held.local().offset());
        from = end;
      }
    }
    return sum + squaredNorm(from, gradients.numParameters());
  }

  private double squaredNorm(long from, long end) {
    return from == end ? 0 : backend.squaredNorm(gradients.flat().slice(from, end - from));
  }

  /**
   * Updates the parameters in place.
   *
   * @param gradientNorm of the whole model
   * @return the learning rate used
   */
  public double update(StepPosition position, double gradientNorm) {
    return optimizer.updateInPlace(position.step(), position.momentSteps(), gradientNorm);
  }

  /** The most bytes that activations and their gradients took at once. */
  public long peakActivationBytes() {
    return workspaces.stream().mapToLong(Workspace::peakBytes).sum();
  }

  /** Bytes of off-heap memory held for activations; constant after the first step of a shape. */
  long reservedActivationBytes() {
    return workspaces.stream().mapToLong(Workspace::reservedBytes).sum();
  }

  @Override
  public void close() {
    workspaces.forEach(Workspace::close);
    optimizer.close();
    model.close();
    gradients.close();
  }
}
