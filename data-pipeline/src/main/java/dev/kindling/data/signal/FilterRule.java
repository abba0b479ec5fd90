package dev.kindling.data.signal;

import dev.kindling.data.InvalidInputException;
import java.io.Serializable;

/**
 * One rule of a filter: a document fails where {@code signal comparison threshold} holds.
 *
 * @param name the reason by which failures are counted, as published
 */
public record FilterRule(String name, Signal signal, Comparison comparison, double threshold)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /**
   * @throws InvalidInputException if there is no name or the threshold is no number
   */
  public FilterRule {
    if (name.isBlank()) {
      throw new InvalidInputException(
          "a filter rule on " + signal.signalName() + " without a name",
          "a name, by which rejects are counted",
          "name the rule");
    }
    if (Double.isNaN(threshold)) {
      throw new InvalidInputException(
          "the threshold of the rule '" + name + "' is not a number",
          "a number",
          "choose another threshold");
    }
  }

  /**
   * A rule of names, as configurations have them.
   *
   * @param signal a name of the catalogue
   * @param comparison {@code <}, {@code <=}, {@code >} or {@code >=}
   * @throws InvalidInputException if there is no such signal or comparison
   */
  public static FilterRule of(String name, String signal, String comparison, double threshold) {
    return new FilterRule(
        name, SignalCatalogue.require(signal), Comparison.of(comparison), threshold);
  }

  /** Whether a document of these values fails. */
  public boolean fails(SignalValues values) {
    return comparison.holds(values.get(signal), threshold);
  }

  /** The same rule with another threshold. */
  public FilterRule withThreshold(double other) {
    return new FilterRule(name, signal, comparison, other);
  }

  /** What fails, for a person, such as {@code dup_line_fraction > 0.3}. */
  public String condition() {
    return signal.signalName() + " " + comparison.sign() + " " + threshold;
  }
}
