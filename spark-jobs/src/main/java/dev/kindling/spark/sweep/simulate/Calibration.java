package dev.kindling.spark.sweep.simulate;

import dev.kindling.data.InvalidInputException;
import dev.kindling.model.arch.ArchitectureConfig;
import dev.kindling.model.objective.Objective;
import dev.kindling.spark.config.RunConfig;
import java.util.OptionalLong;
import java.util.Set;

/**
 * What a measured run says of the executors that it ran on, for any model.
 *
 * @param secondsPerProduct of one executor, for a token and a parameter of the matrices that it is
 *     multiplied with
 * @param rates with Spark's time for a round
 */
public record Calibration(double secondsPerProduct, Rates rates) {

  /**
   * Takes the time of a token from the run's local steps, and Spark's time for a round from what is
   * left of its averaging when the rates have explained the rest.
   *
   * @param given the other rates
   * @param keepsRoundSeconds whether Spark's time is given too
   * @throws InvalidInputException if ranks of the run talked to each other, so that its steps are
   *     no measurement of one executor
   */
  public static Calibration on(MeasuredRun run, Rates given, boolean keepsRoundSeconds) {
    Candidate candidate = run.candidate();
    if (candidate.talks()) {
      throw new InvalidInputException(
          run.path()
              + " was trained as "
              + candidate.describe()
              + ", whose ranks wait for each other",
          "a run of whole replicas that average, best of one",
          "name such a run with --run, or as the first --check");
    }
    Workload unit = workload(run.config(), run.vocabulary(), 1);
    double stragglers = Straggling.factor(candidate.numExecutors(), given.spread());
    int localSteps = candidate.replicas().localSteps();
    double perToken =
        run.computeSeconds() / (localSteps * unit.stepSeconds(candidate) * stragglers);
    double perProduct = perToken / unit.products();
    if (keepsRoundSeconds) {
      return new Calibration(perProduct, given);
    }
    Rates without = given.withRoundSeconds(0);
    Prediction explained =
        new ClusterSimulator(unit.withSecondsPerToken(perToken), without, OptionalLong.empty())
            .predict(candidate);
    double rest =
        run.averagingSeconds() - localSteps * (explained.shuffle() + explained.scheduling());
    return new Calibration(perProduct, given.withRoundSeconds(Math.max(0, rest)));
  }

  /** What the settings describe, as the calibrated executors train it. */
  public Workload workload(RunConfig config, int vocabulary) {
    Workload unit = workload(config, vocabulary, 1);
    return unit.withSecondsPerToken(secondsPerProduct * unit.products());
  }

  /**
   * What the settings describe.
   *
   * @param vocabulary ids of the tokenizer
   * @param secondsPerToken of one executor
   */
  public static Workload workload(RunConfig config, int vocabulary, double secondsPerToken) {
    ArchitectureConfig model = config.model().transformerFor(vocabulary);
    // Which tokens end a sentence decides what is read, not how long it takes.
    Objective objective = config.objective().forModel(model, vocabulary, Set::of);
    return new Workload(
        model, objective, config.training(), config.dataParallelism(), secondsPerToken);
  }
}
