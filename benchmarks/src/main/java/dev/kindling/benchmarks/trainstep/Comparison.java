package dev.kindling.benchmarks.trainstep;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.kindling.benchmarks.limit.MatmulLimit;
import dev.kindling.benchmarks.process.MeasurementFailedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Measures engines in turn: in every round each of them once, in a new process, so that a machine
 * that slows down for a while slows down all of them.
 *
 * @param configurations what they train
 * @param engines who trains
 * @param numThreads native threads of each
 * @param numRounds how often
 * @param progress gets a line after each measurement
 */
public record Comparison(
    List<StepConfiguration> configurations,
    List<Engine> engines,
    int numThreads,
    int numRounds,
    Consumer<String> progress) {

  /** Measures all. */
  public StepReport run() {
    List<StepMeasurement> measurements = new ArrayList<>();
    MatmulLimit limit = MatmulLimit.NONE;
    for (int round = 1; round <= numRounds; round++) {
      limit = limit.best(MatmulLimit.measure(numThreads));
      tell(round, "matmul limit: fp32 %.0f, bf16 %.0f GFLOP/s", limit.fp32(), limit.bf16());
      for (StepConfiguration configuration : configurations) {
        for (Engine engine : trainersOf(configuration)) {
          StepMeasurement measurement = measure(configuration, engine);
          measurements.add(measurement);
          tell(
              round,
              "%s %s: %.4f s a step, loss %.3f",
              configuration.name(),
              engine.id(),
              measurement.secondsPerStep(),
              measurement.loss());
        }
      }
    }
    return new StepReport(measurements, limit, numRounds);
  }

  private List<Engine> trainersOf(StepConfiguration configuration) {
    return engines.stream().filter(engine -> engine.trains(configuration)).toList();
  }

  private StepMeasurement measure(StepConfiguration configuration, Engine engine) {
    String line =
        engine
            .process(numThreads)
            .lastLine(StepProcess.arguments(engine, configuration, numThreads));
    try {
      return StepMeasurement.ofJson(line);
    } catch (JsonProcessingException e) {
      throw new MeasurementFailedException(engine.id() + " printed as its result: " + line);
    }
  }

  private void tell(int round, String format, Object... values) {
    progress.accept(
        String.format(Locale.ROOT, "round %d of %d: ", round, numRounds)
            + String.format(Locale.ROOT, format, values));
  }
}
