package dev.kindling.model.io;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;

/**
 * The keys of a {@code config.json}. Collects everything that is wrong, so that one error can name
 * it all: a method that finds a problem notes it and returns a value to go on with. Where a key may
 * be missing, {@code otherwise} is what Hugging Face then takes.
 */
final class ConfigKeys {
  /** Far above any model; below what would make its layout a burden to write down. */
  static final int MAX_LAYERS = 10_000;

  private static final int MAX_SHOWN = 100;

  private final JsonNode json;
  private final List<String> problems;

  ConfigKeys(JsonNode json) {
    this(json, new ArrayList<>());
  }

  private ConfigKeys(JsonNode json, List<String> problems) {
    this.json = json;
    this.problems = problems;
  }

  /** What was wrong so far. */
  List<String> problems() {
    return List.copyOf(problems);
  }

  /** Whether the key has a value other than null. */
  boolean has(String key) {
    return json.hasNonNull(key);
  }

  /**
   * The keys of an object within; none where it is missing or null. Its problems are noted here.
   */
  ConfigKeys object(String key) {
    JsonNode value = json.path(key);
    if (has(key) && !value.isObject()) {
      problems.add(key + " is " + show(value) + ", not an object");
    }
    return new ConfigKeys(value, problems);
  }

  /** A number from 1. */
  int count(String key) {
    return countUpTo(key, Integer.MAX_VALUE);
  }

  /** A number from 1; {@code otherwise} where the key is missing or null. */
  int count(String key, int otherwise) {
    return has(key) ? count(key) : otherwise;
  }

  /** A number of layers. */
  int numLayers(String key) {
    return countUpTo(key, MAX_LAYERS);
  }

  /** As {@link #numLayers(String)}; {@code otherwise} where the key is missing or null. */
  int numLayers(String key, int otherwise) {
    return has(key) ? numLayers(key) : otherwise;
  }

  private int countUpTo(String key, int most) {
    JsonNode value = json.path(key);
    if (!value.isIntegralNumber()
        || !value.canConvertToInt()
        || value.intValue() < 1
        || value.intValue() > most) {
      String range = most == Integer.MAX_VALUE ? "" : " to " + most;
      problems.add(key + " is " + show(value) + ", not a number from 1" + range);
      return 1;
    }
    return value.intValue();
  }

  /** A token id; empty where the key is missing or null. */
  OptionalInt id(String key) {
    JsonNode value = json.path(key);
    if (!has(key)) {
      return OptionalInt.empty();
    }
    if (!value.isIntegralNumber() || !value.canConvertToInt() || value.intValue() < 0) {
      problems.add(key + " is " + show(value) + ", not a token id");
      return OptionalInt.empty();
    }
    return OptionalInt.of(value.intValue());
  }

  /** A probability below 1. */
  double dropout(String key, double otherwise) {
    JsonNode value = json.path(key);
    if (value.isMissingNode()) {
      return otherwise;
    }
    if (!value.isNumber() || !(value.doubleValue() >= 0 && value.doubleValue() < 1)) {
      problems.add(key + " is " + show(value) + ", not a probability from 0 to below 1");
      return 0;
    }
    return value.doubleValue();
  }

  /** true or false. */
  boolean flag(String key, boolean otherwise) {
    JsonNode value = json.path(key);
    if (value.isMissingNode()) {
      return otherwise;
    }
    if (!value.isBoolean()) {
      problems.add(key + " is " + show(value) + ", not true or false");
      return otherwise;
    }
    return value.booleanValue();
  }

  /** One of an enum's constants, in lower case. */
  <E extends Enum<E>> E choice(String key, Class<E> type) {
    E[] choices = type.getEnumConstants();
    List<String> names = Arrays.stream(choices).map(ConfigKeys::lowerCase).toList();
    int index = names.indexOf(text(key, names, null));
    return choices[Math.max(index, 0)];
  }

  static String lowerCase(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  /** One of {@code allowed}; must be there if {@code otherwise} is null. */
  String text(String key, List<String> allowed, String otherwise) {
    JsonNode value = json.path(key);
    if (value.isMissingNode() && otherwise != null) {
      return otherwise;
    }
    if (!value.isTextual() || !allowed.contains(value.textValue())) {
      problems.add(key + " is " + show(value) + ", not one of " + allowed);
      return allowed.get(0);
    }
    return value.textValue();
  }

  void requireFlag(String key, boolean expected, boolean otherwise) {
    if (flag(key, otherwise) != expected) {
      problems.add(key + " is " + showFlag(key, otherwise) + ", not " + expected);
    }
  }

  void requireText(String key, String expected) {
    text(key, List.of(expected), expected);
  }

  /** Missing and null both mean {@code otherwise}. */
  void requireNumber(String key, double expected, double otherwise) {
    JsonNode value = json.path(key);
    if (has(key) ? !value.isNumber() || value.doubleValue() != expected : otherwise != expected) {
      String given = value.isNumber() ? Double.toString(value.doubleValue()) : show(value);
      problems.add(key + " is " + given + ", not " + expected);
    }
  }

  /** Missing and null both mean {@code otherwise}. */
  void requireCount(String key, int expected, int otherwise) {
    JsonNode value = json.path(key);
    boolean matches =
        has(key)
            ? value.isIntegralNumber() && value.canConvertToInt() && value.intValue() == expected
            : otherwise == expected;
    if (!matches) {
      problems.add(key + " is " + show(value) + ", not " + expected);
    }
  }

  /** Must be missing, null, or an object or array with nothing in it. */
  void requireNothing(String key) {
    JsonNode value = json.path(key);
    if (has(key) && !(value.isContainerNode() && value.isEmpty())) {
      problems.add(key + " is " + show(value) + ", not null");
    }
  }

  private String showFlag(String key, boolean otherwise) {
    JsonNode value = json.path(key);
    return value.isMissingNode() ? "missing, which means " + otherwise : show(value);
  }

  /** A value as it stands in the file, shortened: a hostile one may be as long as the file. */
  private static String show(JsonNode value) {
    if (value.isMissingNode()) {
      return "missing";
    }
    if (value.isContainerNode()) {
      return value.isArray() ? "an array" : "an object";
    }
    String text = value.toString();
    return text.length() <= MAX_SHOWN ? text : text.substring(0, MAX_SHOWN) + "…";
  }
}
