package dev.kindling.spark.config;

import java.io.Serializable;

/**
 * What the columns of a table that is scored are called. Only those that a mode reads need be
 * there.
 *
 * @param id what a row is known by: a string or an integer, not twice the same
 * @param text a whole text
 * @param context what stands before a continuation
 * @param continuation what is scored, given its context
 * @param choices an array of strings to choose from
 * @param label the right choice: its index from 0, or its text
 * @param answer of examples: what a prompt is followed by
 */
public record ScoreColumns(
    String id,
    String text,
    String context,
    String continuation,
    String choices,
    String label,
    String answer)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /**
   * Checks the names.
   *
   * @throws IllegalArgumentException if one is empty
   */
  public ScoreColumns {
    requireName("id", id);
    requireName("text", text);
    requireName("context", context);
    requireName("continuation", continuation);
    requireName("choices", choices);
    requireName("label", label);
    requireName("answer", answer);
  }

  private static void requireName(String key, String column) {
    if (column.isBlank()) {
      throw new IllegalArgumentException(key + " is empty: it must be the name of a column");
    }
  }
}
