package dev.kindling.spark.sweep;

import java.util.Map;
import java.util.stream.Collectors;

/**
 * A run that a sweep's directory knows, finished or not.
 *
 * @param run its number, from 1; it keeps it
 * @param directory relative to the sweep's
 * @param settings what it sets differently, by key
 */
record SweepEntry(int run, String directory, Map<String, String> settings) {
  /** As {@link Combination#text}. */
  String text() {
    return settings.entrySet().stream()
        .map(setting -> setting.getKey() + "=" + setting.getValue())
        .collect(Collectors.joining(" "));
  }
}
