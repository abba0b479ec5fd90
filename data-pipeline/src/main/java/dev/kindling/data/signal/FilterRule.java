package dev.kindling.data.signal;

import dev.kindling.data.InvalidInputException;
import java.io.Serializable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One rule of a filter: a document fails where {@code signal comparison threshold} holds.
 *
 * @param name the reason by which failures are counted, as published
 */
public record FilterRule(String name, Signal signal, Comparison comparison, double threshold)
    implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final Pattern CONDITION =
      Pattern.compile("(\\w+)\\s*([<>=!]+)\\s*(-?\\d+(?:\\.\\d+)?(?:[eE]-?\\d+)?)");

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
   * A rule as configurations have it, which is its name too.
   *
   * @param condition what fails: a signal of the catalogue, {@code <}, {@code <=}, {@code >} or
   *     {@code >=}, and a number, such as {@code digit_fraction > 0.2}
   * @throws InvalidInputException if it is none, or there is no such signal
   */
  public static FilterRule where(String condition) {
    Matcher parts = CONDITION.matcher(condition.strip());
    if (!parts.matches()) {
      throw new InvalidInputException(
          "the rule '" + condition + "'",
          "what it rejects: a signal, <, <=, > or >=, and a number, such as digit_fraction > 0.2",
          "correct it");
    }
    Signal signal = SignalCatalogue.require(parts.group(1));
    Comparison comparison = Comparison.of(parts.group(2));
    return new FilterRule(
        condition.strip(), signal, comparison, Double.parseDouble(parts.group(3)));
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
    return signal.signalName() + " " + comparison.sign() + " " + limit();
  }

  /** The threshold as one would write it: {@code 0.3}, {@code 50}. */
  private String limit() {
    return threshold == Math.rint(threshold) && Math.abs(threshold) < 1e15
        ? Long.toString((long) threshold)
        : Double.toString(threshold);
  }
}
