package dev.kindling.spark.config;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import dev.kindling.data.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * One layer of configuration and where it came from.
 *
 * @param name the file, or the option as it was typed
 * @param values what it sets
 */
public record YamlSource(String name, ObjectNode values) {
  private static final YAMLMapper YAML =
      YAMLMapper.builder().enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION).build();

  /**
   * Reads a file.
   *
   * @param option that names it
   * @throws InvalidInputException if it cannot be read, or as {@link #parse}
   */
  public static YamlSource read(String option, Path path) {
    try {
      return parse(path.toString(), Files.readString(path));
    } catch (NoSuchFileException e) {
      throw new InvalidInputException(
          option + " " + path + " does not exist", "a YAML file", "check the path", e);
    } catch (IOException e) {
      throw new InvalidInputException(
          option + " " + path + " cannot be read: " + e.getMessage(),
          "a readable YAML file in UTF-8",
          "check the path and its permissions",
          e);
    }
  }

  /**
   * Parses a file's text.
   *
   * @throws InvalidInputException if it is not one YAML mapping, repeats a key or uses an alias
   */
  public static YamlSource parse(String name, String yaml) {
    try {
      refuseAliasesAndSecondDocuments(name, yaml);
      JsonNode node = YAML.readTree(yaml);
      if (node.isMissingNode() || node.isNull()) {
        return new YamlSource(name, YAML.createObjectNode());
      }
      if (node instanceof ObjectNode values) {
        return new YamlSource(name, values);
      }
      throw new InvalidInputException(
          name + " is not a configuration: it holds " + node.getNodeType(),
          "YAML sections with keys and values, such as 'training:' and below it '  steps: 100'",
          "correct the file; the resource defaults.yaml shows every section");
    } catch (JsonProcessingException e) {
      throw new InvalidInputException(
          name + " is not valid YAML: " + firstLines(e),
          "YAML sections with keys and values, every key once",
          "correct the line that is named above",
          e);
    } catch (IOException e) {
      throw new IllegalStateException("a string can always be read", e);
    }
  }

  /**
   * Refuses keys that nothing reads.
   *
   * @throws InvalidInputException naming the first one, with the likeliest that was meant
   */
  public void requireOnly(String... keys) {
    ObjectNode known = YAML.createObjectNode();
    for (String key : keys) {
      known.putNull(key);
    }
    values
        .fieldNames()
        .forEachRemaining(
            key -> {
              if (!known.has(key)) {
                throw UnknownKey.error(name, key, known);
              }
            });
  }

  /** The YAML scalar or list that {@code text} is, or else the text itself. */
  public static JsonNode parseValue(String text) {
    try {
      JsonNode node = YAML.readTree(text);
      boolean scalar = node.isValueNode() && !node.isNull() && !text.startsWith("*");
      return scalar || node.isArray() ? node : new TextNode(text);
    } catch (JsonProcessingException e) {
      return new TextNode(text);
    }
  }

  /** Whether this layer says anything about {@code keyPath} itself or a part of it. */
  boolean mentions(String keyPath) {
    return !values.at("/" + keyPath.replaceAll("\\[.*", "").replace('.', '/')).isMissingNode();
  }

  /** Jackson would read an alias as the text of its name; a bomb of aliases never unfolds. */
  private static void refuseAliasesAndSecondDocuments(String name, String yaml) throws IOException {
    try (YAMLParser parser = YAML.getFactory().createParser(yaml)) {
      int depth = 0;
      int documents = 0;
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        documents += depth == 0 ? 1 : 0;
        depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
        if (parser.isCurrentAlias() || documents > 1) {
          throw new InvalidInputException(
              name
                  + " line "
                  + parser.getTokenLocation().getLineNr()
                  + (documents > 1 ? ": a second YAML document" : ": a YAML alias"),
              "one plain YAML document, without anchors and aliases",
              "write the values out in one document");
        }
      }
    }
  }

  private static String firstLines(JsonProcessingException e) {
    String where = e.getLocation() == null ? "" : "line " + e.getLocation().getLineNr() + ": ";
    return where + e.getOriginalMessage().lines().findFirst().orElse("");
  }
}
