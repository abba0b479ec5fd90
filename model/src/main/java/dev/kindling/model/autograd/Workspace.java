package dev.kindling.model.autograd;

import dev.kindling.model.tensor.Arena;
import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.MemorySpace;
import dev.kindling.model.tensor.Tensor;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * The memory of one pass through a model. What the forward pass keeps lies in a stack; gradients of
 * activations lie in tensors that are used again as soon as they were consumed, so that a backward
 * pass needs a few of them whatever the number of layers. Both are kept from step to step. Not
 * thread-safe.
 */
public final class Workspace implements AutoCloseable {
  private final Arena activations;
  private final Arena gradients;
  private final Map<Long, Deque<Tensor>> freeGradients = new HashMap<>();

  /**
   * A workspace that holds nothing yet.
   *
   * @param space of the backend that computes
   */
  public Workspace(MemorySpace space) {
    this.activations = new Arena(space);
    this.gradients = new Arena(space);
  }

  /** Takes everything back; the memory is kept. */
  public void reset() {
    activations.reset();
    gradients.reset();
    freeGradients.clear();
  }

  /** A tensor with undefined content, valid until {@link #reset()} or {@link #release}. */
  public Tensor allocate(DType dtype, long... shape) {
    return activations.allocate(dtype, shape);
  }

  /** The place up to which {@link #allocate} has handed out. */
  public Arena.Mark mark() {
    return activations.mark();
  }

  /** Takes back what {@link #allocate} has handed out since {@code mark}. */
  public void release(Arena.Mark mark) {
    activations.release(mark);
  }

  /** A tensor with undefined content for a gradient, valid until {@link #recycle}. */
  Tensor takeGradient(DType dtype, long... shape) {
    long numBytes = Tensor.numElements(shape) * dtype.bytes();
    Deque<Tensor> free = freeGradients.get(numBytes);
    if (free == null || free.isEmpty()) {
      return gradients.allocate(dtype, shape);
    }
    return free.pop().as(dtype, shape);
  }

  /** Takes a gradient back. */
  void recycle(Tensor gradient) {
    freeGradients.computeIfAbsent(gradient.numBytes(), size -> new ArrayDeque<>()).push(gradient);
  }

  /** The most bytes that were in use at once, and so resident, since this workspace was made. */
  public long peakBytes() {
    return activations.peakBytes() + gradients.peakBytes();
  }

  /** Bytes held from the system, used or not. */
  public long reservedBytes() {
    return activations.reservedBytes() + gradients.reservedBytes();
  }

  @Override
  public void close() {
    activations.close();
    gradients.close();
    freeGradients.clear();
  }
}
