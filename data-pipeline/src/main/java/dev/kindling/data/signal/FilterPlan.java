package dev.kindling.data.signal;

import dev.kindling.data.InvalidInputException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * An ordered list of rules over signals. The first rule that a document fails is its reason, so the
 * order is part of a filter. Everything that cannot be is an error before any document is read: a
 * rule over a signal that is never measured would never fire.
 */
public record FilterPlan(List<FilterRule> rules) implements Serializable {
  private static final long serialVersionUID = 1L;

  /**
   * @throws InvalidInputException if two rules have one name
   */
  public FilterPlan {
    rules = List.copyOf(rules);
    Set<String> names = new HashSet<>();
    for (FilterRule rule : rules) {
      if (!names.add(rule.name())) {
        throw new InvalidInputException(
            "two filter rules are named '" + rule.name() + "'",
            "a name of its own for each rule, by which rejects are counted",
            "rename one, or name each preset once");
      }
    }
  }

  /**
   * A published filter: {@code gopher-repetition}, {@code gopher-quality}, {@code c4}, {@code
   * fineweb-quality} or {@code chinese} ({@link FilterPresets}).
   *
   * @throws InvalidInputException if there is none of that name
   */
  public static FilterPlan preset(String name) {
    List<FilterRule> rules = FilterPresets.PRESETS.get(name);
    if (rules == null) {
      throw UnknownName.error("filter preset", name, FilterPresets.PRESETS.keySet());
    }
    return new FilterPlan(rules);
  }

  /** The names of all presets. */
  public static List<String> presets() {
    return List.copyOf(FilterPresets.PRESETS.keySet());
  }

  /** These rules, then those of another plan. */
  public FilterPlan then(FilterPlan next) {
    List<FilterRule> all = new ArrayList<>(rules);
    all.addAll(next.rules);
    return new FilterPlan(all);
  }

  /**
   * The same rules with another threshold for the one of that name.
   *
   * @throws InvalidInputException if no rule has that name, or the threshold is no number
   */
  public FilterPlan withThreshold(String rule, double threshold) {
    List<String> names = rules.stream().map(FilterRule::name).toList();
    int index = names.indexOf(rule);
    if (index < 0) {
      throw unknownRule(rule, names);
    }
    List<FilterRule> changed = new ArrayList<>(rules);
    changed.set(index, rules.get(index).withThreshold(threshold));
    return new FilterPlan(changed);
  }

  private static InvalidInputException unknownRule(String rule, List<String> names) {
    return names.isEmpty()
        ? new InvalidInputException(
            "a threshold for the rule '" + rule + "' of a plan without rules",
            "no threshold",
            "add a preset or rules, or leave the threshold out")
        : UnknownName.error("filter rule", rule, names);
  }
}
