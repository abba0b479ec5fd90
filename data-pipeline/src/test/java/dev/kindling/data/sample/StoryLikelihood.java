package dev.kindling.data.sample;

import dev.kindling.data.sample.Grammar.Alternative;
import dev.kindling.data.sample.Grammar.Literal;
import dev.kindling.data.sample.Grammar.Mention;
import dev.kindling.data.sample.Grammar.Part;
import dev.kindling.data.sample.Grammar.Repeat;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The exact probability of a <em>string</em> under a grammar: the sum over all of its derivations.
 * The sampler knows only the one derivation that it drew; where both agree, there is no other.
 */
final class StoryLikelihood {
  /** How far the text has been read, and which rows of each slot are still possible. */
  private record State(int position, Map<String, Set<Integer>> rows) {}

  private final Grammar grammar;
  private final String text;

  private StoryLikelihood(Grammar grammar, String text) {
    this.grammar = grammar;
    this.text = text;
  }

  /** {@code -ln p(text)} in nats. */
  static double surprise(Grammar grammar, String text) {
    StoryLikelihood likelihood = new StoryLikelihood(grammar, text);
    Map<String, Set<Integer>> all = new TreeMap<>();
    grammar
        .slots()
        .forEach(
            (name, slot) -> {
              Set<Integer> rows = new TreeSet<>();
              for (int row = 0; row < slot.rows().size(); row++) {
                rows.add(row);
              }
              all.put(name, rows);
            });
    Map<State, Double> ends = likelihood.rule(Grammar.START, Map.of(new State(0, all), 1.0));
    double probability = 0;
    for (Map.Entry<State, Double> end : ends.entrySet()) {
      if (end.getKey().position() == text.length()) {
        double slots = 1;
        for (Map.Entry<String, Set<Integer>> slot : end.getKey().rows().entrySet()) {
          slots *= slot.getValue().size() * grammar.slots().get(slot.getKey()).probability();
        }
        probability += end.getValue() * slots;
      }
    }
    return -Math.log(probability);
  }

  private Map<State, Double> rule(String name, Map<State, Double> starts) {
    Map<State, Double> ends = new HashMap<>();
    for (Alternative alternative : grammar.rule(name).alternatives()) {
      Map<State, Double> states = scale(starts, alternative.probability());
      for (Part part : alternative.parts()) {
        states = part(part, states);
        if (states.isEmpty()) {
          break;
        }
      }
      add(ends, states);
    }
    return ends;
  }

  private Map<State, Double> part(Part part, Map<State, Double> states) {
    if (part instanceof Literal literal) {
      return literal(literal.text(), states);
    }
    if (part instanceof Mention mention) {
      return mention(mention, states);
    }
    return repeat((Repeat) part, states);
  }

  private Map<State, Double> repeat(Repeat repeat, Map<State, Double> starts) {
    double probability = 1.0 / (repeat.max() - repeat.min() + 1);
    Map<State, Double> ends = new HashMap<>();
    Map<State, Double> states = starts;
    for (int times = 1; times <= repeat.max(); times++) {
      if (times > 1) {
        states = literal(grammar.separator(), states);
      }
      states = rule(repeat.rule(), states);
      if (times >= repeat.min()) {
        add(ends, scale(states, probability));
      }
    }
    return ends;
  }

  private Map<State, Double> literal(String literal, Map<State, Double> states) {
    Map<State, Double> next = new HashMap<>();
    states.forEach(
        (state, probability) -> {
          if (text.startsWith(literal, state.position())) {
            State read = new State(state.position() + literal.length(), state.rows());
            next.merge(read, probability, Double::sum);
          }
        });
    return next;
  }

  private Map<State, Double> mention(Mention mention, Map<State, Double> states) {
    List<List<String>> rows = grammar.slots().get(mention.slot()).rows();
    Map<State, Double> next = new HashMap<>();
    states.forEach(
        (state, probability) -> {
          Map<String, Set<Integer>> byValue = new TreeMap<>();
          for (int row : state.rows().get(mention.slot())) {
            String value = rows.get(row).get(mention.attribute());
            if (text.startsWith(value, state.position())) {
              byValue.computeIfAbsent(value, unused -> new TreeSet<>()).add(row);
            }
          }
          byValue.forEach(
              (value, possible) -> {
                Map<String, Set<Integer>> narrowed = new TreeMap<>(state.rows());
                narrowed.put(mention.slot(), possible);
                State read = new State(state.position() + value.length(), narrowed);
                next.merge(read, probability, Double::sum);
              });
        });
    return next;
  }

  private static Map<State, Double> scale(Map<State, Double> states, double factor) {
    Map<State, Double> scaled = new HashMap<>();
    states.forEach((state, probability) -> scaled.put(state, probability * factor));
    return scaled;
  }

  private static void add(Map<State, Double> sum, Map<State, Double> states) {
    states.forEach((state, probability) -> sum.merge(state, probability, Double::sum));
  }
}
