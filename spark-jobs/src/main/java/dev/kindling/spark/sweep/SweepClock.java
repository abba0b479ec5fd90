package dev.kindling.spark.sweep;

import java.util.function.LongSupplier;

/** How long the rest of a sweep may take, as its runs have FLOPs. */
final class SweepClock {
  private static final double NANOS_PER_SECOND = 1e9;

  private final LongSupplier nanoTime;
  private long startNanos;
  private double seconds;
  private double flops;

  SweepClock(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** A run begins. */
  void start() {
    startNanos = nanoTime.getAsLong();
  }

  /** It has ended well. */
  void stop(double flopsOfTheRun) {
    seconds += (nanoTime.getAsLong() - startNanos) / NANOS_PER_SECOND;
    flops += flopsOfTheRun;
  }

  /** Whether no run has ended well. */
  boolean isUnused() {
    return flops == 0;
  }

  /** What so many FLOPs may take; not a number as long as nothing is known. */
  double seconds(double flopsLeft) {
    return seconds * (flopsLeft / flops);
  }
}
