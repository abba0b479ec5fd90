package dev.kindling.model.autograd;

import dev.kindling.model.tensor.Tensor;

/** A value of the forward pass and, while the tape replays, the gradient of the loss by it. */
public final class Variable {
  /**
   * Where an operation's backward pass puts its share of a gradient.
   *
   * @param tensor the gradient
   * @param accumulate whether a share is in it already, so that the next has to be added
   */
  public record Share(Tensor tensor, boolean accumulate) {}

  private final Tape tape;
  private final Tensor value;
  private Tensor gradient;

  Variable(Tape tape, Tensor value) {
    this.tape = tape;
    this.value = value;
  }

  /** The result of the forward pass. */
  public Tensor value() {
    return value;
  }

  /**
   * The gradient, complete once all uses of the value are replayed.
   *
   * @throws IllegalStateException if nothing has contributed to it
   */
  public Tensor gradient() {
    if (gradient == null) {
      throw new IllegalStateException("No operation has contributed to the gradient of " + value);
    }
    return gradient;
  }

  /** Whether anything has contributed to the gradient. */
  public boolean hasGradient() {
    return gradient != null;
  }

  /** Makes a gradient that nothing has contributed to one of zeros. */
  public void clearGradient() {
    gradient = tape.newGradient(value);
    tape.backend().fill(gradient, 0);
  }

  /** The place for one more share; the caller writes it before anything else runs. */
  public Share nextShare() {
    boolean accumulate = gradient != null;
    if (!accumulate) {
      gradient = tape.newGradient(value);
    }
    return new Share(gradient, accumulate);
  }

  /** The place for the only share of a value that has one use. */
  public Tensor onlyShare() {
    if (gradient != null) {
      throw new IllegalStateException("A second operation contributes to the gradient of " + value);
    }
    return nextShare().tensor();
  }

  /** Adds a share that stays as it is: the caller goes on reading {@code share}. */
  public void addShare(Tensor share) {
    if (gradient == null) {
      gradient = tape.newGradient(value);
      tape.backend().copy(share, gradient);
    } else {
      tape.backend().addInPlace(gradient, share);
    }
  }

  /** Adds the whole gradient of {@code result}, which has none afterwards: nothing is copied. */
  public void takeGradientOf(Variable result) {
    Tensor share = result.gradient();
    result.gradient = null;
    takeShare(share);
  }

  /** Adds a share made by {@link Tape#newGradient}, which nobody reads any more. */
  public void takeShare(Tensor share) {
    if (gradient == null) {
      gradient = share;
    } else {
      tape.backend().addInPlace(gradient, share);
      tape.recycle(share);
    }
  }

  /** Gives the gradient's memory back. */
  void releaseGradient() {
    if (gradient != null) {
      tape.recycle(gradient);
      gradient = null;
    }
  }
}
