package dev.kindling.spark.sweep.fit;

import dev.kindling.data.InvalidInputException;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * How far the runs of a table reach, and with that, how far a law may be trusted.
 *
 * @param parameters least and greatest N
 * @param tokens least and greatest D
 * @param compute least and greatest C
 */
record DataRange(Span parameters, Span tokens, Span compute) {
  /** How much further than the data a law is followed without being asked to. */
  static final double TRUSTED_FACTOR = 10;

  /** From the least to the greatest value. */
  record Span(double least, double greatest) {
    static Span of(List<Run> runs, ToDoubleFunction<Run> value) {
      DoubleSummaryStatistics values = runs.stream().collect(Collectors.summarizingDouble(value));
      return new Span(values.getMin(), values.getMax());
    }

    /** Values from the least to the greatest, evenly spaced in logarithms. */
    List<Double> spread(int count) {
      return IntStream.range(0, count)
          .mapToObj(i -> least * Math.pow(greatest / least, i / (count - 1.0)))
          .toList();
    }

    /** How many times greater than the greatest or smaller than the least; 1 in between. */
    double factorBeyond(double value) {
      return Math.max(1, Math.max(value / greatest, least / value));
    }
  }

  static DataRange of(List<Run> runs) {
    return new DataRange(
        Span.of(runs, Run::parameters), Span.of(runs, Run::tokens), Span.of(runs, Run::compute));
  }

  /** What of an allocation lies too far outside; empty if nothing does. */
  Optional<String> beyond(Allocation best) {
    return beyond("a budget", "FLOPs", compute, best.budget())
        .or(() -> beyond("a model", "parameters", parameters, best.parameters()))
        .or(() -> beyond("training", "tokens", tokens, best.tokens()));
  }

  /**
   * Refuses allocations too far outside.
   *
   * @throws InvalidInputException if there is one
   */
  void require(Allocation best) {
    beyond(best)
        .ifPresent(
            far -> {
              throw new InvalidInputException(
                  String.format("--budget %s asks for %s", Figures.of(best.budget()), far),
                  "at most " + Figures.of(TRUSTED_FACTOR) + " times beyond the runs of the table",
                  "add larger runs, or say --extrapolate to have it all the same");
            });
  }

  private static Optional<String> beyond(String what, String unit, Span span, double value) {
    double factor = span.factorBeyond(value);
    if (factor <= TRUSTED_FACTOR) {
      return Optional.empty();
    }
    return Optional.of(
        String.format(
            "%s of %s %s, %s times beyond the table, which reaches from %s to %s",
            what,
            Figures.of(value),
            unit,
            Figures.of(factor),
            Figures.of(span.least()),
            Figures.of(span.greatest())));
  }
}
