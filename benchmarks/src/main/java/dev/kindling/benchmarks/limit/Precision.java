package dev.kindling.benchmarks.limit;

/** What the operands of a matmul are; sums are always in 32 bits. */
public enum Precision {
  /** 32-bit IEEE floats. */
  FP32("fp32"),
  /** bfloat16: the upper half of an FP32. */
  BF16("bf16");

  private final String id;

  Precision(String id) {
    this.id = id;
  }

  /** The name on the command line and in tables. */
  public String id() {
    return id;
  }
}
