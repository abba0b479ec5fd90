package dev.kindling.spark.inspect;

import java.util.ArrayList;
import java.util.List;

/** The lines of an explanation: a title, facts, quoted examples and what to do next. */
final class Explanation {
  private static final int MAX_QUOTED_CHARACTERS = 300;
  private final List<String> lines = new ArrayList<>();
  private final List<String> next = new ArrayList<>();

  Explanation(String title) {
    lines.add(title);
  }

  Explanation fact(String text) {
    text.lines().forEach(line -> lines.add("  " + line));
    return this;
  }

  /** Text from the data: cut where it is long, with control characters made visible. */
  Explanation quote(String label, String text) {
    boolean cut = text.codePointCount(0, text.length()) > MAX_QUOTED_CHARACTERS;
    String shown =
        cut ? text.substring(0, text.offsetByCodePoints(0, MAX_QUOTED_CHARACTERS)) : text;
    lines.add("  " + label + ":");
    printable(shown).lines().forEach(line -> lines.add("    | " + line));
    if (cut) {
      lines.add("    | ...");
    }
    return this;
  }

  Explanation next(String command) {
    next.add(command);
    return this;
  }

  List<String> lines() {
    List<String> all = new ArrayList<>(lines);
    if (!next.isEmpty()) {
      all.add("next:");
      next.forEach(command -> all.add("  " + command));
    }
    return List.copyOf(all);
  }

  /** A terminal must not obey what stands in a document. */
  static String printable(String text) {
    StringBuilder out = new StringBuilder();
    text.codePoints()
        .forEach(
            c -> {
              if (c == '\n') {
                out.append('\n');
              } else if (Character.isISOControl(c)) {
                out.append(String.format("\\x%02x", c));
              } else {
                out.appendCodePoint(c);
              }
            });
    return out.toString();
  }
}
