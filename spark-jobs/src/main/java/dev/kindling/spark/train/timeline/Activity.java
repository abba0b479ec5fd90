package dev.kindling.spark.train.timeline;

import java.util.List;
import java.util.Locale;

/** What a task of a round spends its time on; always one at a time. */
public enum Activity {
  /** Opens kernels, a model and connections. */
  SET_UP,
  /** Fetches the parameters that a round begins with. */
  GATHER,
  /**
   * Local steps, but for what follows: samples, optimiser, and passes that nobody else takes part
   * in.
   */
  COMPUTE,
  /** Forward passes of a rank. */
  FORWARD,
  /** Backward passes of a rank. */
  BACKWARD,
  /** Waits for other stages of the pipeline: the bubble. */
  WAIT_FOR_STAGES,
  /** Sums of slices and of replicas that nothing is computed beside, with the wait for others. */
  ALL_REDUCE,
  /** Cuts the result into shards. */
  HAND_OUT,
  /** Fetches what replicas hand out, and takes the outer step. */
  AVERAGE;

  private static final List<Activity> IN_ORDER = List.of(values());

  /** Its place in arrays of them. */
  int index() {
    return IN_ORDER.indexOf(this);
  }

  /** Its name in {@code metrics.jsonl}. */
  String key() {
    return name().toLowerCase(Locale.ROOT);
  }
}
