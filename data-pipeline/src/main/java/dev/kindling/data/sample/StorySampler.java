package dev.kindling.data.sample;

import dev.kindling.data.sample.Grammar.Alternative;
import dev.kindling.data.sample.Grammar.Literal;
import dev.kindling.data.sample.Grammar.Mention;
import dev.kindling.data.sample.Grammar.Part;
import dev.kindling.data.sample.Grammar.Repeat;
import dev.kindling.data.sample.Grammar.Slot;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Draws stories from a grammar. */
final class StorySampler {
  /**
   * A story with the probability of its derivation.
   *
   * @param surprise {@code -ln p} in nats
   */
  record Story(String text, double surprise) {}

  private final Grammar grammar;
  private final RandomStream random;
  private final Map<String, List<String>> rows = new HashMap<>();
  private final StringBuilder text = new StringBuilder();
  private double surprise;

  private StorySampler(Grammar grammar, RandomStream random) {
    this.grammar = grammar;
    this.random = random;
  }

  static Story sample(Grammar grammar, RandomStream random) {
    StorySampler sampler = new StorySampler(grammar, random);
    for (Slot slot : grammar.slots().values()) {
      sampler.rows.put(slot.name(), slot.rows().get(random.nextInt(slot.rows().size())));
      sampler.surprise -= Math.log(slot.probability());
    }
    sampler.expand(Grammar.START);
    return new Story(sampler.text.toString(), sampler.surprise);
  }

  private void expand(String rule) {
    List<Alternative> alternatives = grammar.rule(rule).alternatives();
    double remaining = random.nextDouble();
    int chosen = 0;
    while (chosen < alternatives.size() - 1
        && remaining >= alternatives.get(chosen).probability()) {
      remaining -= alternatives.get(chosen).probability();
      chosen++;
    }
    surprise -= Math.log(alternatives.get(chosen).probability());
    for (Part part : alternatives.get(chosen).parts()) {
      expand(part);
    }
  }

  private void expand(Part part) {
    if (part instanceof Literal literal) {
      text.append(literal.text());
    } else if (part instanceof Mention mention) {
      text.append(rows.get(mention.slot()).get(mention.attribute()));
    } else if (part instanceof Repeat repeat) {
      int times = random.nextInt(repeat.min(), repeat.max());
      surprise += Math.log(repeat.max() - repeat.min() + 1);
      for (int i = 0; i < times; i++) {
        if (i > 0) {
          text.append(grammar.separator());
        }
        expand(repeat.rule());
      }
    }
  }
}
