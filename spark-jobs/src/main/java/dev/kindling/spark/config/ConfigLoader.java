package dev.kindling.spark.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.kindling.data.InvalidInputException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Loads a {@link RunConfig}: {@code defaults.yaml}, then a file, then {@code --set} values. */
public final class ConfigLoader {
  private static final String DEFAULTS = "defaults.yaml";

  private static final int PARTS_OF_A_MESSAGE = 3;

  private ConfigLoader() {}

  /** The defaults alone. */
  public static RunConfig defaults() {
    return load(Optional.empty(), List.of());
  }

  /** The commented file of every key and its default. */
  public static String defaultsYaml() {
    try (InputStream in = ConfigLoader.class.getResourceAsStream(DEFAULTS)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the resource " + DEFAULTS, e);
    }
  }

  /**
   * Loads a configuration.
   *
   * @param file a YAML file that is laid over the defaults, key by key
   * @param settings {@code section.key=value}, laid over both in their order
   * @throws InvalidInputException if the file is missing or is not YAML, a key is unknown, or a
   *     value has the wrong type or is out of its range; the message names the file and the key
   */
  public static RunConfig load(Optional<Path> file, List<String> settings) {
    return loadWith(file, Setting.ofOptions(settings));
  }

  /** As {@link #load}, with settings from several places; messages name the place. */
  public static RunConfig loadWith(Optional<Path> file, List<Setting> settings) {
    return over(file.map(path -> YamlSource.read("--config", path)), settings);
  }

  /**
   * As {@link #load}, from the text of a file, such as a run has written about itself.
   *
   * @param name of the file, for messages
   */
  public static RunConfig parse(String name, String yaml, List<String> settings) {
    return over(Optional.of(YamlSource.parse(name, yaml)), Setting.ofOptions(settings));
  }

  private static RunConfig over(Optional<YamlSource> file, List<Setting> settings) {
    YamlSource defaults = YamlSource.parse(DEFAULTS, defaultsYaml());
    List<YamlSource> layers = new ArrayList<>();
    file.ifPresent(layers::add);
    settings.forEach(setting -> layers.add(layer(setting, defaults.values())));

    ObjectNode merged = defaults.values().deepCopy();
    for (YamlSource layer : layers) {
      merge(merged, layer.values(), "", layer.name());
    }
    resolveDecaySteps(merged);
    return toRecord(merged, layers);
  }

  /** The cosine ends with the run unless someone says otherwise: the one value made of others. */
  private static void resolveDecaySteps(ObjectNode merged) {
    JsonNode steps = merged.at("/training/steps");
    if (steps.isIntegralNumber()
        && merged.at("/training/optimizer") instanceof ObjectNode optimizer
        && optimizer.path("decaySteps").isIntegralNumber()
        && optimizer.path("decaySteps").longValue() == 0) {
      long warmupSteps = optimizer.path("warmupSteps").asLong();
      optimizer.put("decaySteps", Math.max(steps.longValue(), warmupSteps));
    }
  }

  private static RunConfig toRecord(ObjectNode merged, List<YamlSource> layers) {
    try {
      RunConfig config = ConfigTree.read(RunConfig.class, merged, "");
      requireUsedObjective(config);
      return config;
    } catch (ConfigTree.Misfit e) {
      String source = DEFAULTS;
      for (YamlSource layer : layers) {
        source = layer.mentions(e.keyPath()) ? layer.name() : source;
      }
      throw invalidValue(source, e);
    }
  }

  private static void requireUsedObjective(RunConfig config) {
    Architecture architecture = config.model().architecture();
    config
        .objective()
        .unused(architecture)
        .ifPresent(
            section -> {
              throw new ConfigTree.Misfit(
                  "objective." + section,
                  "is not what model.architecture " + architecture + " is trained for",
                  "the section at its defaults, or the architecture that it is for",
                  null);
            });
  }

  private static InvalidInputException invalidValue(String source, ConfigTree.Misfit misfit) {
    String[] said = misfit.found().split("\n  expected: |\n  to do: +", -1);
    if (said.length == PARTS_OF_A_MESSAGE) { // the record has said it all, but for the source
      return new InvalidInputException(source + ": " + said[0], said[1], said[2], misfit);
    }
    String separator = misfit.found().startsWith("is ") ? " " : ": ";
    return new InvalidInputException(
        source + ": " + misfit.keyPath() + separator + misfit.found(),
        misfit.expected(),
        "correct the value; the defaults stand in `kindling config`",
        misfit);
  }

  private static void merge(ObjectNode base, ObjectNode over, String prefix, String source) {
    Iterator<Map.Entry<String, JsonNode>> fields = over.fields();
    while (fields.hasNext()) {
      Map.Entry<String, JsonNode> field = fields.next();
      String keyPath = prefix + field.getKey();
      JsonNode known = base.get(field.getKey());
      if (known == null) {
        throw UnknownKey.error(source, keyPath, base);
      }
      if (known instanceof ObjectNode section && field.getValue() instanceof ObjectNode inner) {
        merge(section, inner, keyPath + ".", source);
      } else if (!known.isObject() || !field.getValue().isNull()) {
        base.set(field.getKey(), field.getValue());
      }
    }
  }

  private static YamlSource layer(Setting setting, ObjectNode defaults) {
    String name = setting.source() + " " + setting.text();
    String[] keys = setting.key().split("\\.", -1);
    JsonNode known = defaults;
    ObjectNode values = defaults.objectNode();
    ObjectNode parent = values;
    for (int i = 0; i < keys.length; i++) {
      JsonNode next = known.get(keys[i]);
      if (next == null) {
        String keyPath = String.join(".", List.of(keys).subList(0, i + 1));
        throw UnknownKey.error(name, keyPath, known);
      }
      known = next;
      if (i < keys.length - 1) {
        parent = parent.putObject(keys[i]);
      }
    }
    parent.set(keys[keys.length - 1], typed(known, setting.value()));
    return new YamlSource(name, values);
  }

  /** Text stays as it was typed, so that a prompt may look like a number. */
  private static JsonNode typed(JsonNode known, String value) {
    JsonNode parsed = YamlSource.parseValue(value);
    return known.isTextual() && !parsed.isTextual() ? new TextNode(value) : parsed;
  }
}
