package dev.kindling.model.train;

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
}
