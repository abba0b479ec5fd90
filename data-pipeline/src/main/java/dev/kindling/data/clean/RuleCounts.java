package dev.kindling.data.clean;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * What rules do to documents, as counts that can be added: how many documents each rule rejects,
 * rejects first and rejects alone, how many each two reject both, and how many each would reject
 * with other thresholds. All counts of one instance lie in one array of longs, so that they travel
 * as they are.
 */
final class RuleCounts {
  /** Other thresholds, as multiples of the one that a rule has. */
  private static final double[] FACTORS = {0.25, 0.5, 0.75, 0.9, 1, 1.1, 1.25, 1.5, 2, 4};

  /** Other thresholds of a rule whose threshold is 0. */
  private static final double[] FROM_ZERO = {0, 1, 2, 3, 4, 5, 10, 20, 50, 100};

  private final List<CleanRule> rules;
  private final List<List<ThresholdRule>> variants = new ArrayList<>();
  private final long[] counts;

  /** All counts at 0. */
  RuleCounts(CleanRules rules) {
    this(rules, new long[1 + rules.rules().size() * (3 + rules.rules().size() + FACTORS.length)]);
  }

  /**
   * @param counts as {@link #toArray} gave them
   */
  RuleCounts(CleanRules rules, long[] counts) {
    this.rules = rules.rules();
    this.counts = counts;
    for (CleanRule rule : this.rules) {
      variants.add(rule instanceof ThresholdRule limit ? variants(limit) : List.of());
    }
  }

  /** The same rule with thresholds around its own, and its own, ascending. */
  private static List<ThresholdRule> variants(ThresholdRule rule) {
    return IntStream.range(0, FACTORS.length)
        .mapToObj(
            i ->
                rule.withThreshold(
                    rule.threshold() == 0 ? FROM_ZERO[i] : FACTORS[i] * rule.threshold()))
        .toList();
  }

  /** Adds one document. */
  void add(Measures measures) {
    int[] failed =
        IntStream.range(0, rules.size()).filter(i -> rules.get(i).rejects(measures)).toArray();
    counts[0]++;
    for (int i : failed) {
      counts[failedAt(i)]++;
      for (int j : failed) {
        counts[overlapAt(i, j)]++;
      }
    }
    if (failed.length > 0) {
      counts[firstAt(failed[0])]++;
    }
    if (failed.length == 1) {
      counts[aloneAt(failed[0])]++;
    }
    for (int i = 0; i < rules.size(); i++) {
      List<ThresholdRule> ofRule = variants.get(i);
      for (int k = 0; k < ofRule.size(); k++) {
        counts[variantAt(i, k)] += ofRule.get(k).rejects(measures) ? 1 : 0;
      }
    }
  }

  /** The counts of both. */
  static long[] sum(long[] left, long[] right) {
    long[] sum = left.clone();
    for (int i = 0; i < sum.length; i++) {
      sum[i] += right[i];
    }
    return sum;
  }

  long[] toArray() {
    return counts;
  }

  /** The counts in terms of rules. */
  RuleReport report() {
    List<RuleReport.Rule> reports = new ArrayList<>();
    for (int i = 0; i < rules.size(); i++) {
      int rule = i;
      reports.add(
          new RuleReport.Rule(
              rules.get(i).name(),
              rules.get(i) instanceof ThresholdRule limit
                  ? Optional.of(limit.condition())
                  : Optional.empty(),
              counts[failedAt(i)],
              counts[firstAt(i)],
              counts[aloneAt(i)],
              IntStream.range(0, rules.size())
                  .mapToObj(other -> counts[overlapAt(rule, other)])
                  .toList(),
              IntStream.range(0, variants.get(i).size())
                  .mapToObj(
                      k ->
                          new RuleReport.Point(
                              variants.get(rule).get(k).threshold(),
                              counts[0] - counts[variantAt(rule, k)],
                              variants.get(rule).get(k).threshold()
                                  == ((ThresholdRule) rules.get(rule)).threshold()))
                  .toList()));
    }
    return new RuleReport(counts[0], List.copyOf(reports));
  }

  private int failedAt(int rule) {
    return 1 + rule;
  }

  private int firstAt(int rule) {
    return 1 + rules.size() + rule;
  }

  private int aloneAt(int rule) {
    return 1 + 2 * rules.size() + rule;
  }

  private int overlapAt(int rule, int other) {
    return 1 + (3 + rule) * rules.size() + other;
  }

  private int variantAt(int rule, int variant) {
    return 1 + (3 + rules.size()) * rules.size() + rule * FACTORS.length + variant;
  }
}
