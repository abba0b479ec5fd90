package dev.kindling.benchmarks.trainstep;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;

/**
 * What one process found out.
 *
 * @param engine {@link Engine#id()}
 * @param configuration {@link StepConfiguration#name()}
 * @param secondsPerStep the median of its steps
 * @param tokensPerStep tokens that a step trains on
 * @param peakMemoryBytes the most memory the process had resident
 * @param loss of its last step, nats per token
 */
public record StepMeasurement(
    String engine,
    String configuration,
    double secondsPerStep,
    int tokensPerStep,
    long peakMemoryBytes,
    double loss) {

  /** One line of JSON. */
  String toJson() throws JsonProcessingException {
    return new ObjectMapper().writeValueAsString(this);
  }

  /** Reads what {@link #toJson} wrote. */
  static StepMeasurement ofJson(String line) throws JsonProcessingException {
    return new ObjectMapper().readValue(line, StepMeasurement.class);
  }
}
