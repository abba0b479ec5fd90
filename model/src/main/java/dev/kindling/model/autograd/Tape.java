package dev.kindling.model.autograd;

import dev.kindling.model.backend.Backend;
import dev.kindling.model.tensor.Arena;
import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Records how to go back through a forward pass, and goes back: reverse-mode differentiation as a
 * list of steps. An operation computes its result at once and records one step that turns the
 * gradient of its result into shares of the gradients of its inputs. All memory comes from one
 * arena and lives until that is reset.
 */
public final class Tape {
  private final Backend backend;
  private final Arena arena;
  private final boolean recording;
  private final List<Runnable> steps = new ArrayList<>();

  private Tape(Backend backend, Arena arena, boolean recording) {
    this.backend = backend;
    this.arena = arena;
    this.recording = recording;
  }

  /** A tape for training. */
  public static Tape recording(Backend backend, Arena arena) {
    return new Tape(backend, arena, true);
  }

  /** A tape for inference: it forgets what it is told. */
  public static Tape forwardOnly(Backend backend, Arena arena) {
    return new Tape(backend, arena, false);
  }

  /** The kernels. */
  public Backend backend() {
    return backend;
  }

  /** The memory of this pass. */
  public Arena arena() {
    return arena;
  }

  /** Whether there will be a backward pass. */
  public boolean isRecording() {
    return recording;
  }

  /** A value that an operation will write, undefined until then. */
  public Variable variable(DType dtype, long... shape) {
    return new Variable(this, arena.allocate(dtype, shape));
  }

  /** A value that an operation will write, of the same type and shape as another. */
  public Variable variableLike(Tensor other) {
    return variable(other.dtype(), other.shape());
  }

  /** Memory that an operation keeps between its passes. */
  public Tensor scratch(DType dtype, long... shape) {
    return arena.allocate(dtype, shape);
  }

  /** Records how to go back through an operation that has just run. */
  public void record(Runnable backwardStep) {
    if (recording) {
      steps.add(backwardStep);
    }
  }

  /** Replays the steps, the last first, and forgets them. */
  public void backward() {
    for (int i = steps.size() - 1; i >= 0; i--) {
      steps.get(i).run();
    }
    steps.clear();
  }
}
