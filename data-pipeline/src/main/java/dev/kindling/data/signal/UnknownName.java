package dev.kindling.data.signal;

import dev.kindling.data.InvalidInputException;
import java.util.Collection;
import java.util.Comparator;

/** The error for a name that is not there, with the nearest that is. */
final class UnknownName {
  private UnknownName() {}

  /**
   * @param what what was named: a signal, a preset, a rule
   * @param valid the names there are, at least one
   */
  static InvalidInputException error(String what, String name, Collection<String> valid) {
    String nearest =
        valid.stream().min(Comparator.comparingInt(other -> distance(name, other))).orElseThrow();
    return new InvalidInputException(
        "unknown " + what + " '" + name + "'; did you mean '" + nearest + "'?",
        "one of " + String.join(", ", valid),
        "correct the name");
  }

  /** Levenshtein's distance: insertions, deletions and substitutions. */
  static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int substituted = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(substituted, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
