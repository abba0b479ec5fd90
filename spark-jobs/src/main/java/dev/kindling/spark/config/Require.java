package dev.kindling.spark.config;

import java.util.List;

/** Checks of single values, in the words of the one who set them. */
final class Require {
  private Require() {}

  static void atLeast(String name, long value, long min) {
    check(value >= min, name, value, min + " or more");
  }

  static void atLeast(String name, double value, double min) {
    check(value >= min && Double.isFinite(value), name, value, "finite and " + min + " or more");
  }

  static void positive(String name, double value) {
    check(value > 0 && Double.isFinite(value), name, value, "finite and greater than 0");
  }

  static void atMost(String name, double value, double max) {
    check(value <= max, name, value, max + " or less");
  }

  static void share(String name, double value) {
    check(value >= 0 && value <= 1, name, value, "a share from 0 to 1");
  }

  static void fraction(String name, double value) {
    check(value >= 0 && value < 1, name, value, "at least 0 and less than 1");
  }

  static void oneOf(String name, String value, String... values) {
    check(List.of(values).contains(value), name, value, "one of " + String.join(", ", values));
  }

  private static void check(boolean holds, String name, Object value, String expected) {
    if (!holds) {
      throw new IllegalArgumentException(name + " is " + value + ": it must be " + expected);
    }
  }
}
