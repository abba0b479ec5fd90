package dev.kindling.model.tensor;

/** The type of a tensor's elements; all little-endian in memory and on disk. */
public enum DType {
  /** IEEE 754 double: for gradient checks on the reference backend only. */
  F64(8),
  /** IEEE 754 single. */
  F32(4),
  /** The upper half of an IEEE 754 single. */
  BF16(2),
  /** Signed 32-bit integer: token ids and targets. */
  I32(4);

  private final int bytes;

  DType(int bytes) {
    this.bytes = bytes;
  }

  /**
   * The type in which sums over elements of this type are kept, and with them statistics, losses
   * and the gradients of parameters (Micikevicius et al. 2018).
   */
  public DType accumulator() {
    return this == BF16 ? F32 : this;
  }

  /** Bytes of one element. */
  public int bytes() {
    return bytes;
  }
}
