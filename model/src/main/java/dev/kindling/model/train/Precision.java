package dev.kindling.model.train;

import dev.kindling.model.backend.Backend;
import dev.kindling.model.tensor.DType;
import java.util.Arrays;

/** The arithmetic of a model; parameters, their gradients and moments are F32 in all of them. */
public enum Precision {
  /** Everything in F32. */
  F32(DType.F32),
  /**
   * Everything in F32, of which products of matrices read the upper 19 bits only (TensorFloat-32,
   * NVIDIA 2020): some thousandths of error for several times the speed, on GPUs that have it.
   */
  TF32(DType.F32),
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

  /** Whether a backend computes in it. */
  public boolean isOn(Backend backend) {
    return backend.floatTypes().contains(dtype) && (this != TF32 || backend.hasTf32());
  }

  /**
   * A backend as it computes in this precision.
   *
   * @throws IllegalArgumentException if it does not
   */
  Backend on(Backend backend) {
    if (!isOn(backend)) {
      throw new IllegalArgumentException(
          "The backend "
              + backend.name()
              + " computes in "
              + Arrays.stream(values()).filter(precision -> precision.isOn(backend)).toList()
              + ", not in "
              + this
              + ": choose another precision, or "
              + (this == TF32 ? "a GPU of compute capability 8.0 or newer" : "the backend onednn"));
    }
    return this == TF32 ? backend.withTf32() : backend;
  }
}
