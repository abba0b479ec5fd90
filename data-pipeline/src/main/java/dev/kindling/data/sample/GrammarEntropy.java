package dev.kindling.data.sample;

import dev.kindling.data.sample.Grammar.Alternative;
import dev.kindling.data.sample.Grammar.Literal;
import dev.kindling.data.sample.Grammar.Mention;
import dev.kindling.data.sample.Grammar.Part;
import dev.kindling.data.sample.Grammar.Repeat;
import dev.kindling.data.sample.Grammar.Slot;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * The exact entropy of a grammar's stories, by recursion over its rules: the expected surprise of a
 * rule is the mean over its alternatives of {@code -ln p} plus the expected surprises of the parts.
 * The same recursion gives the expected lengths. (Grenander 1967 and Soule 1974 derive both for
 * probabilistic context-free grammars; a slot adds the entropy of its one draw.)
 *
 * <p>What is summed is the surprise of <em>derivations</em>. It equals that of the strings where no
 * story has two derivations; a test holds the embedded grammars to that by summing over all
 * derivations of sampled stories.
 */
final class GrammarEntropy {
  /**
   * Expectations over the stories of one grammar.
   *
   * @param natsPerStory the entropy H of one story, its end included
   * @param charactersPerStory expected Unicode code points
   * @param bytesPerStory expected UTF-8 bytes
   */
  record Entropy(double natsPerStory, double charactersPerStory, double bytesPerStory) {
    /** The rate: the least mean loss per character of an endless stream of stories. */
    double natsPerCharacter() {
      return natsPerStory / charactersPerStory;
    }

    double bitsPerCharacter() {
      return natsPerCharacter() / Math.log(2);
    }

    double bitsPerByte() {
      return natsPerStory / bytesPerStory / Math.log(2);
    }

    private Entropy plus(Entropy other, double factor) {
      return new Entropy(
          natsPerStory + factor * other.natsPerStory,
          charactersPerStory + factor * other.charactersPerStory,
          bytesPerStory + factor * other.bytesPerStory);
    }
  }

  private static final Entropy ZERO = new Entropy(0, 0, 0);

  private final Grammar grammar;
  private final Map<String, Entropy> rules = new HashMap<>();

  private GrammarEntropy(Grammar grammar) {
    this.grammar = grammar;
  }

  /** The entropy of the stories of {@code grammar}. */
  static Entropy of(Grammar grammar) {
    Entropy story = new GrammarEntropy(grammar).rule(Grammar.START);
    double slots = 0;
    for (Slot slot : grammar.slots().values()) {
      slots -= Math.log(slot.probability());
    }
    return story.plus(new Entropy(slots, 0, 0), 1);
  }

  private Entropy rule(String name) {
    Entropy known = rules.get(name);
    if (known != null) {
      return known;
    }
    Entropy sum = ZERO;
    for (Alternative alternative : grammar.rule(name).alternatives()) {
      double probability = alternative.probability();
      sum = sum.plus(new Entropy(-Math.log(probability), 0, 0), probability);
      for (Part part : alternative.parts()) {
        sum = sum.plus(part(part), probability);
      }
    }
    rules.put(name, sum);
    return sum;
  }

  private Entropy part(Part part) {
    if (part instanceof Literal literal) {
      return text(literal.text());
    }
    if (part instanceof Mention mention) {
      return mention(mention);
    }
    return repeat((Repeat) part);
  }

  private Entropy repeat(Repeat repeat) {
    double meanCount = (repeat.min() + repeat.max()) / 2.0;
    Entropy count = new Entropy(Math.log(repeat.max() - repeat.min() + 1), 0, 0);
    return count
        .plus(rule(repeat.rule()), meanCount)
        .plus(text(grammar.separator()), meanCount - 1);
  }

  /** How often a slot is shown does not depend on its row, so the mean over the rows is exact. */
  private Entropy mention(Mention mention) {
    List<List<String>> rows = grammar.slots().get(mention.slot()).rows();
    return new Entropy(
        0,
        mean(rows, row -> codePoints(row.get(mention.attribute()))),
        mean(rows, row -> bytes(row.get(mention.attribute()))));
  }

  private static double mean(List<List<String>> rows, ToDoubleFunction<List<String>> size) {
    return rows.stream().mapToDouble(size).average().orElseThrow();
  }

  private static Entropy text(String text) {
    return new Entropy(0, codePoints(text), bytes(text));
  }

  private static int codePoints(String text) {
    return text.codePointCount(0, text.length());
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}
