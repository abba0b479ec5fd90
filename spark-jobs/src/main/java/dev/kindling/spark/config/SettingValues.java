package dev.kindling.spark.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Settings as one list of full keys and their values, as they stand in a checkpoint. */
public final class SettingValues {
  private SettingValues() {}

  /**
   * Adds every value of a section.
   *
   * @param values gets {@code section.key} with its value as YAML spells it
   * @param section its key
   * @param config the section
   */
  public static void add(ObjectNode values, String section, Record config) {
    add(values, section, ConfigTree.write(config));
  }

  /** Adds the noise that {@code architecture} is trained with; nothing where there is none. */
  public static void addObjective(
      ObjectNode values, ObjectiveConfig objective, Architecture architecture) {
    objective
        .section(architecture)
        .ifPresent(noise -> add(values, "objective", ConfigTree.write(noise)));
  }

  private static void add(ObjectNode values, String prefix, ObjectNode tree) {
    tree.fields()
        .forEachRemaining(
            field -> {
              String key = prefix + "." + field.getKey();
              JsonNode value = field.getValue();
              if (value instanceof ObjectNode section) {
                add(values, key, section);
              } else {
                values.set(key, value);
              }
            });
  }
}
