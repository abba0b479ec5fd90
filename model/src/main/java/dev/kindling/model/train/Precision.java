package dev.kindling.model.train;

import dev.kindling.model.backend.Backend;
import dev.kindling.model.tensor.DType;

/** The arithmetic of a model; parameters, their gradients and moments are F32 in all of them. */
public enum Precision {
  /** Everything in F32. */
  F32(DType.F32),
  /**
   * Activations and copies of the weight matrices in BF16; statistics, softmax, losses, sums and
   * gradients of parameters in F32 (Kalamkar et al. 2019).
   */
  BF16(DType.BF16);

  private final DType dtype;

  Precision(DType dtype) {
    this.dtype = dtype;
  }

  /** The type of activations and matrices. */
  public DType dtype() {
    return dtype;
  }

  /**
   * Checks that a backend computes in it.
   *
   * @throws IllegalArgumentException if it does not
   */
  void requireOn(Backend backend) {
    if (!backend.floatTypes().contains(dtype)) {
      throw new IllegalArgumentException(
          "The backend "
              + backend.name()
              + " computes in "
              + backend.floatTypes()
              + ", not in "
              + this
              + ": choose another precision, or the backend onednn");
    }
  }
}
