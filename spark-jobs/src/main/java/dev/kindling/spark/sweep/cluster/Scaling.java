package dev.kindling.spark.sweep.cluster;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** What stays the same when the number of replicas, W, changes; T(W) is the time of a step. */
public enum Scaling {
  /** The global batch: every replica has a part of it. E(W) = T(1) / (W T(W)). */
  STRONG,
  /** The batch of a replica: the global batch grows. E(W) = T(1) / T(W). */
  WEAK;

  /** As it is written in files. */
  @JsonValue
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
