package dev.kindling.spark.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Between trees of YAML and records: a mapping becomes a record, a scalar a component, with no
 * coercion except the one that YAML itself makes doubtful ({@code 6e-4} is a number).
 */
final class ConfigTree {
  private ConfigTree() {}

  /** A value that does not fit. Knows its key path, not where it was written. */
  static final class Misfit extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final String keyPath;
    private final String found;
    private final String expected;

    Misfit(String keyPath, String found, String expected, Throwable cause) {
      super(keyPath + ": " + found, cause);
      this.keyPath = keyPath;
      this.found = found;
      this.expected = expected;
    }

    String keyPath() {
      return keyPath;
    }

    String found() {
      return found;
    }

    String expected() {
      return expected;
    }
  }

  /** Builds a record of {@code type}; every component must be in {@code node}. */
  static <T extends Record> T read(Class<T> type, JsonNode node, String keyPath) {
    RecordComponent[] components = type.getRecordComponents();
    Object[] values = new Object[components.length];
    for (int i = 0; i < components.length; i++) {
      String name = components[i].getName();
      String path = keyPath.isEmpty() ? name : keyPath + "." + name;
      values[i] = value(components[i].getGenericType(), node.path(name), path);
    }
    return construct(type, values, keyPath);
  }

  /** The reverse of {@link #read}. */
  static ObjectNode write(Record config) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    for (RecordComponent component : config.getClass().getRecordComponents()) {
      node.set(component.getName(), toNode(component(config, component)));
    }
    return node;
  }

  static String toYaml(ObjectNode node) {
    try {
      return YAMLMapper.builder()
          .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
          .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
          .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
          .build()
          .writeValueAsString(node);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of scalars is always YAML", e);
    }
  }

  private static Object value(Type type, JsonNode node, String path) {
    if (type instanceof ParameterizedType list && list.getRawType() == List.class) {
      return list(list.getActualTypeArguments()[0], node, path);
    }
    Class<?> scalar = (Class<?>) type;
    if (scalar.isRecord()) {
      require(node.isObject(), path, node, "a section of keys and values");
      return read(scalar.asSubclass(Record.class), node, path);
    } else if (scalar.isEnum()) {
      return constant(scalar, node, path);
    } else if (scalar == boolean.class) {
      require(node.isBoolean(), path, node, "true or false");
      return node.booleanValue();
    } else if (scalar == int.class || scalar == Integer.class) {
      require(node.canConvertToInt() && node.isIntegralNumber(), path, node, "a whole number");
      return node.intValue();
    } else if (scalar == long.class) {
      require(node.canConvertToLong() && node.isIntegralNumber(), path, node, "a whole number");
      return node.longValue();
    } else if (scalar == double.class) {
      return number(node, path);
    } else if (scalar == String.class) {
      require(node.isTextual(), path, node, "text (in quotes where it looks like something else)");
      return node.textValue();
    }
    throw new IllegalStateException(path + " is of a type that configuration cannot be: " + type);
  }

  private static List<Object> list(Type elementType, JsonNode node, String path) {
    require(node.isArray(), path, node, "a list such as [a, b]");
    List<Object> values = new ArrayList<>();
    for (int i = 0; i < node.size(); i++) {
      values.add(value(elementType, node.get(i), path + "[" + i + "]"));
    }
    return List.copyOf(values);
  }

  private static Object constant(Class<?> type, JsonNode node, String path) {
    for (Object constant : type.getEnumConstants()) {
      if (node.isTextual() && spelling(constant).equals(node.textValue())) {
        return constant;
      }
    }
    List<String> spellings =
        Arrays.stream(type.getEnumConstants()).map(ConfigTree::spelling).toList();
    String suggestion =
        UnknownKey.nearest(node.asText(), spellings)
            .map(name -> "; did you mean '" + name + "'?")
            .orElse("");
    throw new Misfit(
        path, shown(node) + suggestion, "one of " + String.join(", ", spellings), null);
  }

  /** YAML 1.1 wants a point in a number with an exponent; nobody who writes 6e-4 means text. */
  private static double number(JsonNode node, String path) {
    if (node.isNumber()) {
      return node.doubleValue();
    }
    try {
      if (node.isTextual() && node.textValue().matches("[-+]?[0-9.]+[eE][-+]?[0-9]+")) {
        return Double.parseDouble(node.textValue());
      }
    } catch (NumberFormatException e) {
      throw new Misfit(path, shown(node), "a number", e);
    }
    throw new Misfit(path, shown(node), "a number", null);
  }

  private static void require(boolean holds, String path, JsonNode node, String expected) {
    if (!holds) {
      throw new Misfit(path, shown(node), expected, null);
    }
  }

  private static String shown(JsonNode node) {
    if (node.isMissingNode() || node.isNull()) {
      return "has no value";
    }
    if (node.isObject()) {
      return "is a section";
    }
    return "is " + (node instanceof TextNode ? "the text '" + node.textValue() + "'" : node);
  }

  private static <T extends Record> T construct(Class<T> type, Object[] values, String keyPath) {
    Class<?>[] types =
        Arrays.stream(type.getRecordComponents())
            .map(RecordComponent::getType)
            .toArray(Class<?>[]::new);
    try {
      Constructor<T> constructor = type.getDeclaredConstructor(types);
      return constructor.newInstance(values);
    } catch (InvocationTargetException e) {
      throw new Misfit(keyPath, e.getCause().getMessage(), "values in their range", e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(type + " must be a public record", e);
    }
  }

  private static Object component(Record config, RecordComponent component) {
    try {
      return component.getAccessor().invoke(config);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(component + " must be public", e);
    }
  }

  private static JsonNode toNode(Object value) {
    JsonNodeFactory nodes = JsonNodeFactory.instance;
    if (value instanceof Record config) {
      return write(config);
    } else if (value instanceof List<?> list) {
      ArrayNode array = nodes.arrayNode();
      list.forEach(element -> array.add(toNode(element)));
      return array;
    } else if (value instanceof Enum<?>) {
      return nodes.textNode(spelling(value));
    } else if (value instanceof Boolean flag) {
      return nodes.booleanNode(flag);
    } else if (value instanceof Integer number) {
      return nodes.numberNode(number);
    } else if (value instanceof Long number) {
      return nodes.numberNode(number);
    } else if (value instanceof Double number) {
      return nodes.numberNode(number);
    } else if (value instanceof String text) {
      return nodes.textNode(text);
    }
    throw new IllegalStateException("not a configuration value: " + value);
  }

  private static String spelling(Object constant) {
    return ((Enum<?>) constant).name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
