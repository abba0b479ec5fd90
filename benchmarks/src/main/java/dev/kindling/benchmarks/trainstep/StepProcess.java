package dev.kindling.benchmarks.trainstep;

import dev.kindling.benchmarks.process.PeakMemory;
import java.io.IOException;
import java.util.List;

/**
 * The inside of a child process: warms up, times steps and prints one {@link StepMeasurement}. One
 * loop times all engines.
 */
public final class StepProcess {
  private static final int MIN_WARM_UP_STEPS = 2;
  private static final double MIN_WARM_UP_SECONDS = 2;
  private static final int MIN_STEPS = 3;
  private static final double MIN_SECONDS = 5;

  private StepProcess() {}

  /** The arguments that {@link #run} takes. */
  static List<String> arguments(Engine engine, StepConfiguration configuration, int numThreads) {
    return List.of(engine.id(), configuration.name(), Integer.toString(numThreads));
  }

  /**
   * Measures and prints.
   *
   * @param arguments as {@link #arguments} gives them
   * @param factory the engine
   * @throws IllegalStateException if the engine does not learn the batch: its step would be
   *     something else than training
   */
  public static void run(String[] arguments, TrainingStep.Factory factory) throws IOException {
    Engine engine = Engine.named(arguments[0]);
    StepConfiguration configuration = StepConfiguration.named(arguments[1]);
    int numThreads = Integer.parseInt(arguments[2]);
    try (TrainingStep step = factory.open(configuration, engine.precision(), numThreads)) {
      double firstLoss = step.run();
      StepTimes.repeat(step::run, MIN_WARM_UP_STEPS, MIN_WARM_UP_SECONDS);
      StepTimes times = StepTimes.repeat(step::run, MIN_STEPS, MIN_SECONDS);
      if (!(times.lastLoss() < firstLoss)) {
        throw new IllegalStateException(
            engine.id()
                + " had loss "
                + firstLoss
                + " at the first step and "
                + times.lastLoss()
                + " at the last: it does not learn the batch, so its time means nothing");
      }
      System.out.println(
          new StepMeasurement(
                  engine.id(),
                  configuration.name(),
                  times.medianSeconds(),
                  configuration.numTokens(),
                  PeakMemory.ofThisProcess(),
                  times.lastLoss())
              .toJson());
    }
  }
}
