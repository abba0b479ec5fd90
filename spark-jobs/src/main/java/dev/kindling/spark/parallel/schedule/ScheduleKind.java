package dev.kindling.spark.parallel.schedule;

import java.util.Arrays;
import java.util.List;

/** The schedules that there are. */
public enum ScheduleKind {
  /** All forward passes, then all backward passes (Huang et al. 2019). */
  GPIPE("gpipe"),
  /**
   * One forward pass, one backward pass, as soon as there is something to go back through
   * (PipeDream-flush; Narayanan et al. 2021): no more bubble than GPipe, but fewer activations.
   */
  ONE_FORWARD_ONE_BACKWARD("1f1b"),
  /**
   * 1F1B with several chunks of the model on every rank, far apart from each other (Narayanan et
   * al. 2021): a smaller bubble for more messages.
   */
  INTERLEAVED("interleaved");

  private final String label;

  ScheduleKind(String label) {
    this.label = label;
  }

  /** The name in configurations. */
  public String label() {
    return label;
  }

  /** All names. */
  public static List<String> labels() {
    return Arrays.stream(values()).map(ScheduleKind::label).toList();
  }

  /**
   * The schedule of a name.
   *
   * @throws IllegalArgumentException naming those that there are
   */
  public static ScheduleKind of(String label) {
    return Arrays.stream(values())
        .filter(kind -> kind.label.equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "schedule is '" + label + "': it must be one of " + labels()));
  }

  @Override
  public String toString() {
    return label;
  }
}
