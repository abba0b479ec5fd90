package dev.kindling.data.clean;

import java.util.List;
import java.util.Optional;

/**
 * What the rules of a plan do to documents, each judged for itself and all together.
 *
 * @param numDocuments documents that were judged
 * @param rules in the order in which they judge
 */
public record RuleReport(long numDocuments, List<Rule> rules) {
  /**
   * One rule.
   *
   * @param condition what it rejects, such as {@code words < 50}; empty for rules without a limit
   * @param numRejected documents that it rejects, whatever other rules say
   * @param numFirst documents of which it is the first to reject, which is under what they count
   * @param numAlone documents that no other rule rejects
   * @param overlap documents that each rule rejects as well, in the order of rules
   * @param curve what would be kept with other limits, ascending; empty for rules without one
   */
  public record Rule(
      String name,
      Optional<String> condition,
      long numRejected,
      long numFirst,
      long numAlone,
      List<Long> overlap,
      List<Point> curve) {}

  /**
   * Another limit of a rule.
   *
   * @param numKept documents that the rule alone would keep
   * @param own whether it is the rule's own limit
   */
  public record Point(double threshold, long numKept, boolean own) {}

  /** Documents that no rule rejects. */
  public long numKept() {
    return numDocuments - rules.stream().mapToLong(Rule::numFirst).sum();
  }
}
