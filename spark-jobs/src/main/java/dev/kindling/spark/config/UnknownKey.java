package dev.kindling.spark.config;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kindling.data.InvalidInputException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The error for a key that no record has, with the likeliest one that was meant. */
final class UnknownKey {
  private static final int MIN_STEM = 3;

  private UnknownKey() {}

  /**
   * @param source where the key was written
   * @param keyPath the key with its sections
   * @param section the section that does not have it
   */
  static InvalidInputException error(String source, String keyPath, JsonNode section) {
    String key = keyPath.substring(keyPath.lastIndexOf('.') + 1);
    List<String> valid = new ArrayList<>();
    section.fieldNames().forEachRemaining(valid::add);
    String prefix = keyPath.substring(0, keyPath.length() - key.length());
    String suggestion =
        nearest(key, valid).map(name -> "; did you mean '" + prefix + name + "'?").orElse("");
    return new InvalidInputException(
        source + ": unknown key '" + keyPath + "'" + suggestion,
        valid.isEmpty()
            ? "no further key: '" + prefix.replaceAll("\\.$", "") + "' is a value, not a section"
            : "one of the keys " + String.join(", ", valid),
        "correct the key; `kindling config` prints every key with its meaning");
  }

  /** The nearest name, if it is near enough to be a slip. */
  static Optional<String> nearest(String key, List<String> names) {
    String best = null;
    int bestDistance = Math.max(2, key.length() / 2) + 1;
    for (String name : names) {
      int distance = EditDistance.between(simplified(key), simplified(name));
      if (isShortFor(simplified(key), simplified(name))) {
        distance = 1;
      }
      if (distance < bestDistance) {
        best = name;
        bestDistance = distance;
      }
    }
    return Optional.ofNullable(best);
  }

  /** {@code minChars} for {@code minCharacters}: the same beginning, up to a plural's s. */
  private static boolean isShortFor(String key, String name) {
    String stem = key.endsWith("s") ? key.substring(0, key.length() - 1) : key;
    return stem.length() >= MIN_STEM && name.startsWith(stem);
  }

  private static String simplified(String key) {
    return key.toLowerCase(Locale.ROOT).replaceAll("[-_]", "");
  }
}
