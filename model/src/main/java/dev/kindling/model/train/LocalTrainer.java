package dev.kindling.model.train;

import dev.kindling.model.arch.Gpt;
import dev.kindling.model.arch.GptConfig;
import dev.kindling.model.arch.GptInitializer;
import dev.kindling.model.autograd.Tape;
import dev.kindling.model.autograd.Variable;
import dev.kindling.model.backend.Backend;
import dev.kindling.model.nn.ParameterStore;
import dev.kindling.model.objective.CausalLanguageModelling;
import dev.kindling.model.optim.AdamW;
import dev.kindling.model.optim.AdamWConfig;
import dev.kindling.model.tensor.Arena;
import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.Tensor;

/**
 * One replica: model, objective and inner optimiser on one backend, with no knowledge of any other
 * replica. Not thread-safe. Same state and same calls give the same bits. Closing it frees all of
 * its off-heap memory and leaves the backend open.
 */
public final class LocalTrainer implements AutoCloseable {
  private final GptConfig model;
  private final Backend backend;
  private final ParameterStore parameters;
  private final ParameterStore gradients;
  private final AdamW optimizer;
  private final Arena arena = new Arena();
  private final Gpt gpt;
  private final GptInference inference;

  /** Allocates everything; parameters and moments are zero until they are set or initialised. */
  public LocalTrainer(GptConfig model, AdamWConfig optimizer, Backend backend) {
    this.model = model;
    this.backend = backend;
    this.parameters = ParameterStore.allocate(Gpt.layout(model), DType.F32);
    this.gradients = ParameterStore.allocate(Gpt.layout(model), DType.F32);
    this.optimizer = new AdamW(optimizer, parameters, gradients, backend);
    this.gpt = new Gpt(model, parameters, gradients);
    this.inference = new GptInference(model, gpt, backend, arena);
  }

  /** The flat parameters (F32) and their named slices, under Hugging Face GPT-2 names. */
  public ParameterStore parameters() {
    return parameters;
  }

  /** The gradient that the last {@link #step} computed, before clipping, laid out alike. */
  public ParameterStore gradients() {
    return gradients;
  }

  /** Fills the parameters as GPT-2 does, from a counter-based generator keyed by {@code seed}. */
  public void initialize(long seed) {
    GptInitializer.initialize(model, parameters, seed);
  }

  /** A step of moments that were zero at step 0 and have been updated in every step since. */
  public StepMetrics step(int[] inputs, int[] targets, int batch, int length, long step) {
    return step(inputs, targets, batch, length, step, step);
  }

  /**
   * Forward, backward, clip, update.
   *
   * @param inputs token ids [batch, length], row-major
   * @param targets the ids that follow them [batch, length]; -1 is not counted in the loss
   * @param batch B
   * @param length T, at most the context length
   * @param step the optimiser step from 0: decides the learning rate
   * @param momentSteps updates since the moments were zero, this one not counted: decides AdamW's
   *     bias correction
   * @throws NonFiniteLossException if the loss or the gradient is not finite; nothing was updated
   *     then
   * @throws IllegalArgumentException if sizes or ids do not fit the model, or no target counts
   */
  public StepMetrics step(
      int[] inputs, int[] targets, int batch, int length, long step, long momentSteps) {
    double loss = computeGradient(new TokenBatch(inputs, targets, batch, length));
    double gradientNorm = Math.sqrt(backend.squaredNorm(gradients.flat()));
    if (!Double.isFinite(loss) || !Double.isFinite(gradientNorm)) {
      throw new NonFiniteLossException(
          "At step "
              + step
              + " the loss is "
              + loss
              + " and the norm of its gradient "
              + gradientNorm
              + ", so the parameters were left as they were: lower the learning rate, lengthen the"
              + " warm-up or set maxGradientNorm");
    }
    double learningRate = optimizer.updateInPlace(step, momentSteps, gradientNorm);
    return new StepMetrics(loss, gradientNorm, learningRate);
  }

  private double computeGradient(TokenBatch batch) {
    batch.requireFits(model);
    long numCounted = batch.numCounted();
    if (numCounted == 0) {
      throw new IllegalArgumentException(
          "All targets are " + CausalLanguageModelling.IGNORED + ": a step needs one that counts");
    }
    arena.reset();
    backend.fill(gradients.flat(), 0);
    Tape tape = Tape.recording(backend, arena);
    Variable hidden = gpt.forward(tape, batch.uploadInputs(arena));
    Tensor losses =
        CausalLanguageModelling.losses(
            tape, hidden, gpt.tokenEmbedding(), batch.uploadTargets(arena), numCounted);
    tape.backward();
    double sum = 0;
    for (double loss : losses.toDoubles()) {
      sum += loss;
    }
    return sum / numCounted;
  }

  /**
   * Forward only.
   *
   * @return cross-entropy in nats of every target [batch, length]; 0 where the target is -1
   * @throws IllegalArgumentException if sizes or ids do not fit the model
   */
  public float[] tokenLosses(int[] inputs, int[] targets, int batch, int length) {
    return inference.tokenLosses(new TokenBatch(inputs, targets, batch, length));
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
    long expected = 4 * parameters.numParameters();
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
    return Math.toIntExact(parameters.numParameters());
  }

  /** Bytes of off-heap memory held for activations; constant after the first step of a shape. */
  long reservedActivationBytes() {
    return arena.reservedBytes();
  }

  @Override
  public void close() {
    arena.close();
    optimizer.close();
    gradients.close();
    parameters.close();
  }
}
