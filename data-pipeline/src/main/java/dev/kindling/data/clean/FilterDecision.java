package dev.kindling.data.clean;

/** What a filter says about a document. */
public sealed interface FilterDecision {
  /** The document stays. */
  record Keep() implements FilterDecision {}

  /**
   * The document goes.
   *
   * @param rule the rule's fixed name, by which rejects are counted
   * @param reason what was measured in this document, for a person
   */
  record Reject(String rule, String reason) implements FilterDecision {}

  /** The document stays. */
  static FilterDecision keep() {
    return new Keep();
  }

  /** The document goes. */
  static FilterDecision reject(String rule, String reason) {
    return new Reject(rule, reason);
  }
}
