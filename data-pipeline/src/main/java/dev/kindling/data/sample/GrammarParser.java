package dev.kindling.data.sample;

import dev.kindling.data.sample.Grammar.Alternative;
import dev.kindling.data.sample.Grammar.Literal;
import dev.kindling.data.sample.Grammar.Mention;
import dev.kindling.data.sample.Grammar.Part;
import dev.kindling.data.sample.Grammar.Repeat;
import dev.kindling.data.sample.Grammar.Rule;
import dev.kindling.data.sample.Grammar.Slot;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the grammar files.
 *
 * <pre>{@code
 * # a comment
 * separator space                 space or none: what stands between repeated parts
 * slot hero: name they            drawn once per story; the attributes' names
 *   Anna | she                    a row: one value per attribute
 * rule story                      one of the alternatives below
 *   [3] {hero.name} ran. {end}    weight 3 of 4: an attribute of a slot, and another rule
 *   {hero.name} sang. {end*1-2}   weight 1 of 4: a rule repeated once or twice
 * }</pre>
 *
 * <p>{@code \n} is a line break. What is checked: all references, no recursion, unique names of
 * rows, and that every story names every slot.
 */
final class GrammarParser {
  private static final Pattern REFERENCE =
      Pattern.compile("\\{(\\w+)(?:\\.(\\w+)|\\*(\\d+)-(\\d+))?}");
  private static final Pattern WEIGHT = Pattern.compile("\\[(\\d+)] (.*)");

  private record WeightedText(int weight, String text) {}

  private final String language;
  private String separator = "";
  private final Map<String, List<String>> attributes = new LinkedHashMap<>();
  private final Map<String, List<List<String>>> rows = new LinkedHashMap<>();
  private final Map<String, List<WeightedText>> alternatives = new LinkedHashMap<>();

  private GrammarParser(String language) {
    this.language = language;
  }

  /** Loads an embedded grammar: {@code en} or {@code zh}. */
  static Grammar load(String language) {
    String name = "grammar-" + language + ".txt";
    try (InputStream in = GrammarParser.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalArgumentException("there is no embedded grammar " + name);
      }
      return parse(language, new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + name, e);
    }
  }

  /** Parses the text of a grammar file. */
  static Grammar parse(String language, String text) {
    GrammarParser parser = new GrammarParser(language);
    parser.readLines(text);
    return parser.build();
  }

  private void readLines(String text) {
    List<List<String>> slotRows = List.of();
    List<WeightedText> ruleTexts = List.of();
    boolean inSlot = false;
    for (String line : text.lines().toList()) {
      if (line.isBlank() || line.startsWith("#")) {
        continue;
      }
      if (line.startsWith("separator ")) {
        separator = line.endsWith("space") ? " " : "";
      } else if (line.startsWith("slot ")) {
        int colon = line.indexOf(':');
        String name = line.substring("slot ".length(), colon);
        attributes.put(name, Arrays.asList(line.substring(colon + 1).strip().split(" ", -1)));
        slotRows = new ArrayList<>();
        rows.put(name, slotRows);
        inSlot = true;
      } else if (line.startsWith("rule ")) {
        ruleTexts = new ArrayList<>();
        alternatives.put(line.substring("rule ".length()).strip(), ruleTexts);
        inSlot = false;
      } else if (inSlot) {
        slotRows.add(Arrays.asList(line.strip().split(" \\| ", -1)));
      } else {
        Matcher weight = WEIGHT.matcher(line.strip());
        ruleTexts.add(
            weight.matches()
                ? new WeightedText(Integer.parseInt(weight.group(1)), weight.group(2))
                : new WeightedText(1, line.strip()));
      }
    }
  }

  private Grammar build() {
    Map<String, Slot> slots = new LinkedHashMap<>();
    rows.forEach((name, values) -> slots.put(name, slot(name, values)));
    Map<String, Rule> rules = new LinkedHashMap<>();
    alternatives.forEach((name, texts) -> rules.put(name, rule(name, texts)));
    Grammar grammar = new Grammar(language, separator, slots, rules);
    if (!rules.containsKey(Grammar.START)) {
      throw new IllegalArgumentException("a grammar needs a rule '" + Grammar.START + "'");
    }
    Set<String> named = namedAlways(grammar, Grammar.START, new HashSet<>());
    for (String slot : slots.keySet()) {
      if (!named.contains(slot)) {
        throw new IllegalArgumentException("some story does not name the slot '" + slot + "'");
      }
    }
    return grammar;
  }

  private Slot slot(String name, List<List<String>> values) {
    Set<String> names = new HashSet<>();
    for (List<String> row : values) {
      if (row.size() != attributes.get(name).size() || !names.add(row.get(0))) {
        throw new IllegalArgumentException(
            "slot " + name + ": " + row + " repeats a name or lacks an attribute");
      }
    }
    return new Slot(name, List.copyOf(values));
  }

  private Rule rule(String name, List<WeightedText> texts) {
    double sum = texts.stream().mapToInt(WeightedText::weight).sum();
    List<Alternative> parsed = new ArrayList<>();
    for (WeightedText text : texts) {
      parsed.add(new Alternative(text.weight() / sum, parts(text.text().replace("\\n", "\n"))));
    }
    if (parsed.isEmpty()) {
      throw new IllegalArgumentException("rule " + name + " has no alternative");
    }
    return new Rule(name, List.copyOf(parsed));
  }

  private List<Part> parts(String text) {
    List<Part> parts = new ArrayList<>();
    Matcher reference = REFERENCE.matcher(text);
    int end = 0;
    while (reference.find()) {
      if (reference.start() > end) {
        parts.add(new Literal(text.substring(end, reference.start())));
      }
      parts.add(reference(reference));
      end = reference.end();
    }
    if (end < text.length()) {
      parts.add(new Literal(text.substring(end)));
    }
    return List.copyOf(parts);
  }

  private Part reference(Matcher reference) {
    String name = reference.group(1);
    String attribute = reference.group(2);
    if (attribute != null) {
      int index = attributes.getOrDefault(name, List.of()).indexOf(attribute);
      if (index < 0) {
        throw new IllegalArgumentException("there is no attribute " + reference.group());
      }
      return new Mention(name, index);
    }
    if (!alternatives.containsKey(name)) {
      throw new IllegalArgumentException("there is no rule " + reference.group());
    }
    if (reference.group(3) == null) {
      return new Repeat(name, 1, 1);
    }
    int min = Integer.parseInt(reference.group(3));
    int max = Integer.parseInt(reference.group(4));
    if (min < 1 || max < min) {
      throw new IllegalArgumentException("1 <= min <= max does not hold in " + reference.group());
    }
    return new Repeat(name, min, max);
  }

  /** The slots whose name every expansion of the rule shows; finds recursion on the way. */
  private static Set<String> namedAlways(Grammar grammar, String name, Set<String> open) {
    if (!open.add(name)) {
      throw new IllegalArgumentException("rule " + name + " contains itself");
    }
    Set<String> always = null;
    for (Alternative alternative : grammar.rule(name).alternatives()) {
      Set<String> named = new HashSet<>();
      for (Part part : alternative.parts()) {
        if (part instanceof Mention mention && mention.attribute() == 0) {
          named.add(mention.slot());
        } else if (part instanceof Repeat repeat) {
          named.addAll(namedAlways(grammar, repeat.rule(), open));
        }
      }
      if (always == null) {
        always = named;
      } else {
        always.retainAll(named);
      }
    }
    open.remove(name);
    return always;
  }
}
