package dev.kindling.spark.train;

import java.io.Serializable;
import java.util.List;

/**
 * A replica whose contribution belongs to an outer step.
 *
 * @param replica its number
 * @param staleness outer steps since the parameters that it started from; 0 if it is not late
 */
record Arrival(int replica, int staleness) implements Serializable {

  /** Replicas that arrive together. */
  static List<Arrival> onTime(List<Integer> replicas) {
    return replicas.stream().map(replica -> new Arrival(replica, 0)).toList();
  }

  boolean isLate() {
    return staleness > 0;
  }

  /** How much its pseudo-gradient counts: {@code 1/√(1 + s)} as in FedBuff (Nguyen et al. 2022). */
  double weight() {
    return 1 / Math.sqrt(1 + staleness);
  }
}
