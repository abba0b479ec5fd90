package dev.kindling.spark.doctor;

/**
 * One thing that was looked at.
 *
 * @param what such as {@code java} or {@code nd4j}
 * @param text what was found, in words; several lines where there is more to say
 * @param usable whether Kindling can run with it
 */
public record Finding(String what, String text, boolean usable) {
  static Finding good(String what, String text) {
    return new Finding(what, text, true);
  }

  static Finding bad(String what, String text) {
    return new Finding(what, text, false);
  }
}
