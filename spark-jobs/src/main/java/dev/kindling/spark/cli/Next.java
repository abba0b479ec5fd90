package dev.kindling.spark.cli;

/** Says what one would do with the result. */
final class Next {
  private Next() {}

  static void print(Console console, String command) {
    console.line("next:         %s", command);
  }
}
