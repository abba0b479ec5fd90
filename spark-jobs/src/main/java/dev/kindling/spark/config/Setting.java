package dev.kindling.spark.config;

import dev.kindling.data.InvalidInputException;
import java.util.List;

/**
 * One value that is laid over others.
 *
 * @param source where it was said: an option, or a file and a place in it
 * @param key its sections and its name, such as {@code training.steps}
 * @param value as YAML spells it
 */
public record Setting(String source, String key, String value) {
  /**
   * What follows {@code --set}.
   *
   * @throws InvalidInputException if it is not of the form {@code section.key=value}
   */
  static Setting ofOption(String text) {
    int equals = text.indexOf('=');
    if (equals < 1) {
      throw new InvalidInputException(
          "--set " + text,
          "--set section.key=value, such as --set training.steps=500",
          "write the key, an equals sign and the value without spaces");
    }
    return new Setting("--set", text.substring(0, equals).strip(), text.substring(equals + 1));
  }

  /** The same for each of them. */
  public static List<Setting> ofOptions(List<String> texts) {
    return texts.stream().map(Setting::ofOption).toList();
  }

  /** {@code training.steps=500}. */
  String text() {
    return key + "=" + value;
  }
}
