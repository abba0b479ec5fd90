package dev.kindling.model.autograd;

import dev.kindling.model.backend.Backend;
import dev.kindling.model.backend.Dropout;
import dev.kindling.model.random.CounterBasedRandom;
import dev.kindling.model.tensor.Arena;
import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * Records how to go back through a forward pass, and goes back: reverse-mode differentiation as a
 * list of steps. An operation computes its result at once and records one step that turns the
 * gradient of its result into shares of the gradients of its inputs.
 */
public final class Tape {
  /** What a tape is for. */
  private enum Mode {
    FORWARD_ONLY,
    RECORDING,
    /** Recording, with the insides of segments computed anew on the way back. */
    CHECKPOINTING
  }

  /**
   * What dropout draws from.
   *
   * @param key of the run and the step
   * @param firstSample the number in the step of the batch's first sample
   */
  public record Randomness(long key, long firstSample) {}

  private record Step(Variable result, Runnable backward) {}

  /** More than any piece has. */
  private static final long DROPOUTS_PER_PIECE = 1L << 16;

  private final Backend backend;
  private final Workspace workspace;
  private final Mode mode;
  private final Randomness randomness;
  private final List<Step> steps = new ArrayList<>();
  private long numDropouts;
  private IntConsumer pieceListener;

  private Tape(Backend backend, Workspace workspace, Mode mode, Randomness randomness) {
    this.backend = backend;
    this.workspace = workspace;
    this.mode = mode;
    this.randomness = randomness;
  }

  /** A tape for inference: it forgets what it is told, and drops nothing. */
  public static Tape forwardOnly(Backend backend, Workspace workspace) {
    return new Tape(backend, workspace, Mode.FORWARD_ONLY, null);
  }

  /**
   * A tape for training.
   *
   * @param checkpointing whether segments keep their inputs only, and are computed anew on the way
   *     back (Chen et al. 2016)
   * @param randomness for dropout; null for none
   */
  public static Tape recording(
      Backend backend, Workspace workspace, boolean checkpointing, Randomness randomness) {
    Mode mode = checkpointing ? Mode.CHECKPOINTING : Mode.RECORDING;
    return new Tape(backend, workspace, mode, randomness);
  }

  /** The kernels. */
  public Backend backend() {
    return backend;
  }

  /** Whether there will be a backward pass. */
  public boolean isRecording() {
    return mode != Mode.FORWARD_ONLY;
  }

  /** A value that an operation will write, undefined until then. */
  public Variable variable(DType dtype, long... shape) {
    return new Variable(this, workspace.allocate(dtype, shape));
  }

  /** A value that an operation will write, of the same type and shape as another. */
  public Variable variableLike(Tensor other) {
    return variable(other.dtype(), other.shape());
  }

  /** Memory that an operation keeps between its passes. */
  public Tensor scratch(DType dtype, long... shape) {
    return workspace.allocate(dtype, shape);
  }

  /** A copy of ids that lives as long as this pass. */
  public Tensor upload(int[] ids) {
    Tensor tensor = workspace.allocate(DType.I32, ids.length);
    tensor.write(0, ids, 0, ids.length);
    return tensor;
  }

  /** Memory for the gradient of a value, until a {@link Variable} has consumed it. */
  public Tensor newGradient(Tensor value) {
    return workspace.takeGradient(value.dtype(), value.shape());
  }

  void recycle(Tensor gradient) {
    workspace.recycle(gradient);
  }

  /**
   * The next dropout in the order of the forward pass.
   *
   * @param rate the probability of an element to become 0
   * @param elementsPerSample of the tensor whose elements are dropped
   * @return null if there is nothing to drop
   */
  public Dropout nextDropout(double rate, long elementsPerSample) {
    Dropout.Columns all = new Dropout.Columns(elementsPerSample, elementsPerSample, 0);
    return nextDropout(rate, elementsPerSample, all);
  }

  /**
   * {@link #nextDropout(double, long)} of some columns of a wider tensor.
   *
   * @param columns which
   */
  public Dropout nextDropout(double rate, long elementsPerSample, Dropout.Columns columns) {
    if (rate == 0 || randomness == null || !isRecording()) {
      return null;
    }
    long key = CounterBasedRandom.key(randomness.key(), numDropouts++);
    return new Dropout(rate, key, randomness.firstSample(), elementsPerSample, columns);
  }

  /**
   * Says which piece of the model comes next: what it drops does not depend on whether the pieces
   * before it ran on this tape.
   */
  public void enterPiece(int piece) {
    numDropouts = piece * DROPOUTS_PER_PIECE;
    if (pieceListener != null) {
      record(() -> pieceListener.accept(piece));
    }
  }

  /**
   * Has somebody told of every piece that the way back has gone through: it adds to the gradients
   * of its parameters no more.
   */
  public void onPieceBackward(IntConsumer listener) {
    pieceListener = listener;
  }

  /** A second variable of the same value, with a gradient of its own. */
  public Variable alias(Variable original) {
    return new Variable(this, original.value());
  }

  /**
   * Records how to go back through an operation that has just run. Afterwards the memory of the
   * gradient of {@code result} is used for others.
   */
  public void record(Variable result, Runnable backward) {
    if (isRecording()) {
      steps.add(new Step(result, backward));
    }
  }

  /** Records how to go back through an operation whose result is not a variable of its own. */
  public void record(Runnable backward) {
    record(null, backward);
  }

  /** Replays the steps, the last first, and forgets them. */
  public void backward() {
    for (int i = steps.size() - 1; i >= 0; i--) {
      Step step = steps.get(i);
      step.backward().run();
      if (step.result() != null) {
        step.result().releaseGradient();
      }
    }
    steps.clear();
  }

  /**
   * Runs a part of the model, such as a block, whose insides nobody else uses: without a backward
   * pass, or with checkpointing, their memory is given back at its end.
   *
   * @param inputs the variables that the part reads
   * @param body computes a result of the type and shape of the first input; is run on a second tape
   *     when it is computed anew, so it must use the tape and the variables that it is given
   */
  public Variable segment(List<Variable> inputs, Segment body) {
    if (mode == Mode.RECORDING) {
      return body.run(this, inputs);
    }
    Variable result = variableLike(inputs.get(0).value());
    long firstDropout = numDropouts;
    Arena.Mark mark = workspace.mark();
    // With checkpointing it is recorded and forgotten, because only a recording tape drops.
    Tape inside = new Tape(backend, workspace, insideMode(), randomness);
    inside.numDropouts = firstDropout;
    Variable inner = body.run(inside, inside.detached(inputs));
    backend.copy(inner.value(), result.value());
    numDropouts = inside.numDropouts;
    workspace.release(mark);
    record(result, () -> recompute(inputs, body, result, firstDropout));
    return result;
  }

  /** A part of a model. */
  @FunctionalInterface
  public interface Segment {
    /** Computes on {@code tape} from {@code inputs}. */
    Variable run(Tape tape, List<Variable> inputs);
  }

  private Mode insideMode() {
    return isRecording() ? Mode.RECORDING : Mode.FORWARD_ONLY;
  }

  private List<Variable> detached(List<Variable> inputs) {
    return inputs.stream().map(input -> new Variable(this, input.value())).toList();
  }

  private void recompute(List<Variable> inputs, Segment body, Variable result, long firstDropout) {
    Arena.Mark mark = workspace.mark();
    Tape tape = new Tape(backend, workspace, insideMode(), randomness);
    tape.numDropouts = firstDropout;
    List<Variable> detached = tape.detached(inputs);
    Variable inner = body.run(tape, detached);
    inner.takeGradientOf(result);
    tape.backward();
    for (int i = 0; i < detached.size(); i++) {
      if (detached.get(i).hasGradient()) {
        inputs.get(i).takeGradientOf(detached.get(i));
      }
    }
    workspace.release(mark);
  }
}
