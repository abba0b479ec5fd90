package dev.kindling.spark.sweep;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kindling.data.InvalidInputException;
import dev.kindling.spark.config.Setting;
import dev.kindling.spark.config.YamlSource;
import dev.kindling.spark.sweep.cluster.Scaling;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a sweep is told: the product of axes, a list of combinations, or both.
 *
 * @param scaling what becomes of the batch where the number of replicas varies
 * @param common settings of every run, over the configuration
 * @param combinations what each run sets differently
 */
public record SweepSpec(Scaling scaling, List<Setting> common, List<Combination> combinations) {
  private static final String SCALING = "scaling";
  private static final String COMMON = "common";
  private static final String GRID = "grid";
  private static final String RUNS = "runs";
  private static final String VARY = "--vary";

  /** Keeps unmodifiable copies. */
  public SweepSpec {
    common = List.copyOf(common);
    combinations = List.copyOf(combinations);
  }

  /**
   * Reads a sweep.
   *
   * @param file with {@code scaling}, {@code common}, {@code grid} and {@code runs}, each optional
   * @param vary axes as {@code key=value,value,...}, more factors of the grid
   * @param scaling wins over the file's; strong if neither says anything
   * @throws InvalidInputException if there is no run in it, or two are the same, or the file is not
   *     of this form
   */
  public static SweepSpec of(Optional<Path> file, List<String> vary, Optional<Scaling> scaling) {
    YamlSource source =
        file.map(path -> YamlSource.read("--sweep", path))
            .orElseGet(() -> YamlSource.parse(VARY, ""));
    source.requireOnly(SCALING, COMMON, GRID, RUNS);
    Scaling chosen = scaling.or(() -> scaling(source)).orElse(Scaling.STRONG);
    List<Setting> common = settings(source.name() + ", " + COMMON + ":", section(source, COMMON));
    List<List<Combination>> axes = new ArrayList<>();
    Iterator<Map.Entry<String, JsonNode>> grid = section(source, GRID).fields();
    while (grid.hasNext()) {
      Map.Entry<String, JsonNode> axis = grid.next();
      axes.add(axis(source.name() + ", " + GRID + ":", axis.getKey(), axis.getValue()));
    }
    vary.forEach(text -> axes.add(axis(text)));
    List<Combination> combinations = new ArrayList<>();
    if (!axes.isEmpty()) {
      combinations.addAll(Combination.product(axes));
    }
    combinations.addAll(list(source, source.values().path(RUNS)));
    if (combinations.isEmpty()) {
      throw new InvalidInputException(
          file.map(path -> path + " asks for no run").orElse("nothing is varied"),
          "at least one axis under grid: or one entry under runs:",
          "give --sweep FILE, or --vary such as --vary tokens=1e6,2e6");
    }
    Combination.requireDistinct(combinations);
    return new SweepSpec(chosen, common, combinations);
  }

  private static Optional<Scaling> scaling(YamlSource source) {
    JsonNode value = source.values().path(SCALING);
    if (value.isMissingNode()) {
      return Optional.empty();
    }
    for (Scaling scaling : Scaling.values()) {
      if (scaling.toString().equals(value.asText())) {
        return Optional.of(scaling);
      }
    }
    throw new InvalidInputException(
        source.name() + ": scaling is " + value,
        "strong (the global batch stays) or weak (the batch of a replica stays)",
        "correct it");
  }

  private static ObjectNode section(YamlSource source, String key) {
    JsonNode value = source.values().path(key);
    if (value instanceof ObjectNode section) {
      return section;
    }
    if (!value.isMissingNode() && !value.isNull()) {
      throw new InvalidInputException(
          source.name() + ": " + key + " is " + value,
          "a section of keys and values",
          "correct the file; docs/sweeps.md shows one");
    }
    return source.values().objectNode();
  }

  private static List<Combination> axis(String text) {
    int equals = text.indexOf('=');
    JsonNode values = YamlSource.parseValue("[" + text.substring(equals + 1) + "]");
    if (equals < 1 || !values.isArray()) {
      throw new InvalidInputException(
          VARY + " " + text,
          "a key and its values, such as tokens=1e6,2e6 or model.numLayers=2,4",
          "write the key, an equals sign and values with commas between them");
    }
    return axis(VARY, text.substring(0, equals).strip(), values);
  }

  private static List<Combination> axis(String source, String key, JsonNode values) {
    if (!values.isArray() || values.isEmpty()) {
      throw new InvalidInputException(
          source + " " + key + " is " + values,
          "a list of values, or of settings that go together",
          "write [a, b]");
    }
    List<Combination> choices = new ArrayList<>();
    for (JsonNode value : values) {
      choices.add(
          Combination.of(
              value instanceof ObjectNode together
                  ? settings(source, together)
                  : List.of(setting(source, key, value))));
    }
    return choices;
  }

  private static List<Combination> list(YamlSource source, JsonNode runs) {
    List<Combination> combinations = new ArrayList<>();
    for (JsonNode run : runs) {
      if (!(run instanceof ObjectNode settings) || settings.isEmpty()) {
        throw new InvalidInputException(
            source.name() + ": " + RUNS + " has " + run,
            "settings of one run, such as {tokens: 1000000, replicas: 2}",
            "correct the entry");
      }
      combinations.add(Combination.of(settings(source.name() + ", " + RUNS + ":", settings)));
    }
    return combinations;
  }

  /** Sections, and keys with dots, however they are mixed. */
  private static List<Setting> settings(String source, ObjectNode node) {
    List<Setting> settings = new ArrayList<>();
    node.fields()
        .forEachRemaining(
            field -> {
              if (field.getValue() instanceof ObjectNode inner) {
                settings(source, inner)
                    .forEach(
                        each ->
                            settings.add(
                                new Setting(
                                    source, field.getKey() + "." + each.key(), each.value())));
              } else {
                settings.add(setting(source, field.getKey(), field.getValue()));
              }
            });
    return settings;
  }

  private static Setting setting(String source, String key, JsonNode value) {
    return new Setting(source, key, value.isTextual() ? value.textValue() : value.toString());
  }
}
