package dev.kindling.data.sample;

import java.util.List;
import java.util.Map;

/**
 * A probabilistic grammar of stories. It is context-free but for its slots: a slot (the hero, the
 * village) draws one row when a story begins, and every mention in that story shows the same row,
 * which is how characters recur and pronouns agree.
 *
 * <p>There is no recursion, so every story is finite, and every slot is named in every story (see
 * {@link GrammarParser}), so no choice goes unseen.
 *
 * @param language ISO 639-1
 * @param separator what stands between the parts of a {@link Repeat}
 * @param slots by name
 * @param rules by name; {@value #START} is the story
 */
record Grammar(
    String language, String separator, Map<String, Slot> slots, Map<String, Rule> rules) {
  static final String START = "story";

  /** A piece of a rule's alternative. */
  sealed interface Part permits Literal, Mention, Repeat {}

  /** Text as it is. */
  record Literal(String text) implements Part {}

  /** One attribute of a slot's row. */
  record Mention(String slot, int attribute) implements Part {}

  /**
   * Another rule, {@code min} to {@code max} times with equal probability, each time drawn anew;
   * once where both are 1.
   */
  record Repeat(String rule, int min, int max) implements Part {}

  /** One way to expand a rule, with its probability among its neighbours. */
  record Alternative(double probability, List<Part> parts) {}

  /** A rule: one of its alternatives. */
  record Rule(String name, List<Alternative> alternatives) {}

  /**
   * What is drawn once per story, all rows with equal probability. The first attribute of a row is
   * its name, and no two rows have the same.
   *
   * @param rows {@code rows.get(row).get(attribute)}
   */
  record Slot(String name, List<List<String>> rows) {
    double probability() {
      return 1.0 / rows.size();
    }
  }

  Rule rule(String name) {
    return rules.get(name);
  }
}
