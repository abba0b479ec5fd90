package dev.kindling.spark.parallel.schedule;

import java.util.ArrayList;
import java.util.List;

/**
 * How long one micro-batch takes in every virtual stage of a pipeline.
 *
 * @param forward seconds of the forward pass, by virtual stage
 * @param backward seconds of the backward pass, by virtual stage
 * @param transfer seconds from the end of a pass until another rank has its output. Ranks compute
 *     meanwhile, and transfers do not slow each other down
 */
public record StageTimes(List<Double> forward, List<Double> backward, double transfer) {
  /**
   * Checks the values and keeps unmodifiable copies.
   *
   * @throws IllegalArgumentException if the lists differ in length, or a time is not a finite
   *     number above 0 (from 0 for the transfer)
   */
  public StageTimes {
    forward = List.copyOf(forward);
    backward = List.copyOf(backward);
    if (forward.size() != backward.size()) {
      throw new IllegalArgumentException(
          "Forward times of "
              + forward.size()
              + " virtual stages and backward times of "
              + backward.size()
              + " were given: expected as many");
    }
    forward.forEach(seconds -> requirePositive("forward", seconds));
    backward.forEach(seconds -> requirePositive("backward", seconds));
    if (!(transfer >= 0 && Double.isFinite(transfer))) {
      throw new IllegalArgumentException(
          "transfer is " + transfer + " seconds: it must be a finite number, 0 or more");
    }
  }

  /**
   * The times of a model that is cut more or less finely than it was measured: the time of a part
   * is spread evenly over the virtual stages that it is cut into, and times of parts that are one
   * virtual stage are added up.
   *
   * @param forward seconds of consecutive parts of the model: one value that is every rank's, one
   *     for each rank's share, or one for each virtual stage
   * @param backward the same for the backward pass
   * @throws IllegalArgumentException if there is any other number of values
   */
  public static StageTimes of(
      PipelineSchedule schedule, List<Double> forward, List<Double> backward, double transfer) {
    return new StageTimes(
        overStages("forward", forward, schedule),
        overStages("backward", backward, schedule),
        transfer);
  }

  private static List<Double> overStages(
      String name, List<Double> parts, PipelineSchedule schedule) {
    int numRanks = schedule.numRanks();
    int numStages = schedule.numStages();
    int numParts = parts.size() == 1 ? numRanks : parts.size();
    boolean isCutFiner = numParts > 0 && numStages % numParts == 0;
    boolean isCutAsFine = numParts > 0 && numParts % numStages == 0;
    if (numParts % numRanks != 0 || !(isCutFiner || isCutAsFine)) {
      throw new IllegalArgumentException(
          "%s has %d values for %d ranks of %d virtual stages in all: give 1, %d or %d"
              .formatted(name, parts.size(), numRanks, numStages, numRanks, numStages));
    }
    List<Double> stages = new ArrayList<>();
    for (int stage = 0; stage < numStages; stage++) {
      if (parts.size() == 1) {
        stages.add(parts.get(0) / schedule.numChunks());
      } else if (isCutFiner) {
        int pieces = numStages / numParts;
        stages.add(parts.get(stage / pieces) / pieces);
      } else {
        int each = numParts / numStages;
        List<Double> own = parts.subList(stage * each, (stage + 1) * each);
        stages.add(own.stream().mapToDouble(Double::doubleValue).sum());
      }
    }
    return stages;
  }

  private static void requirePositive(String name, double seconds) {
    if (!(seconds > 0 && Double.isFinite(seconds))) {
      throw new IllegalArgumentException(
          name + " has " + seconds + " seconds: each must be a finite number above 0");
    }
  }
}
