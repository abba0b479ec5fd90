package dev.kindling.data.clean;

import dev.kindling.data.signal.FilterRule;
import java.util.List;
import java.util.Locale;

/**
 * A rule of a published filter.
 *
 * @param languages the languages that it judges; empty: all
 */
record SignalRule(FilterRule rule, List<String> languages) implements ThresholdRule {
  private static final long serialVersionUID = 1L;

  @Override
  public String name() {
    return rule.name();
  }

  @Override
  public boolean rejects(Measures measures) {
    boolean concerned = languages.isEmpty() || languages.contains(measures.language());
    return concerned && rule.fails(measures.signals());
  }

  @Override
  public String reason(Measures measures) {
    return String.format(
        Locale.ROOT,
        "%s is %.4g, and rejected where %s",
        rule.signal().signalName(),
        measures.signals().get(rule.signal()),
        rule.condition());
  }

  @Override
  public double threshold() {
    return rule.threshold();
  }

  @Override
  public ThresholdRule withThreshold(double other) {
    return new SignalRule(rule.withThreshold(other), languages);
  }

  @Override
  public String condition() {
    String scope = languages.isEmpty() ? "" : " (" + String.join(", ", languages) + ")";
    return rule.condition() + scope;
  }
}
