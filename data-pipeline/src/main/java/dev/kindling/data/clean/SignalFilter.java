package dev.kindling.data.clean;

import dev.kindling.data.Document;
import dev.kindling.data.signal.FilterPlan;
import dev.kindling.data.signal.FilterRule;
import dev.kindling.data.signal.SignalValues;
import dev.kindling.data.signal.TextSignals;
import java.util.Locale;
import java.util.Optional;

/**
 * Rejects what the rules of published filters reject, under their published names.
 *
 * @param plan the rules, in order
 */
record SignalFilter(FilterPlan plan) implements DocumentFilter {
  private static final long serialVersionUID = 1L;

  @Override
  public FilterDecision test(Document document) {
    SignalValues values = TextSignals.compute(document.text(), document.language());
    Optional<FilterRule> failing = plan.firstFailing(values);
    return failing.isPresent()
        ? FilterDecision.reject(failing.get().name(), reason(failing.get(), values))
        : FilterDecision.keep();
  }

  private static String reason(FilterRule rule, SignalValues values) {
    return String.format(
        Locale.ROOT,
        "%s is %.4g, and rejected where it is %s %s",
        rule.signal().signalName(),
        values.get(rule.signal()),
        rule.comparison().sign(),
        rule.threshold());
  }
}
