package dev.kindling.benchmarks.trainstep;

import java.util.List;

/**
 * All measurements of one engine on one configuration.
 *
 * @param configuration what it trained
 * @param engine who trained
 * @param measurements one of each round, not empty
 */
record StepResult(
    StepConfiguration configuration, Engine engine, List<StepMeasurement> measurements) {

  /** The median over the rounds of each round's median. */
  double secondsPerStep() {
    return StepTimes.median(measurements.stream().map(StepMeasurement::secondsPerStep).toList());
  }

  double fastestSecondsPerStep() {
    return measurements.stream().mapToDouble(StepMeasurement::secondsPerStep).min().orElseThrow();
  }

  double slowestSecondsPerStep() {
    return measurements.stream().mapToDouble(StepMeasurement::secondsPerStep).max().orElseThrow();
  }

  double tokensPerSecond() {
    return configuration.numTokens() / secondsPerStep();
  }

  /** Billions of {@link StepFlops} in a second. */
  double gflops() {
    return StepFlops.of(configuration) / secondsPerStep() / 1e9;
  }

  /** The largest of all rounds. */
  long peakMemoryBytes() {
    return measurements.stream().mapToLong(StepMeasurement::peakMemoryBytes).max().orElseThrow();
  }
}
