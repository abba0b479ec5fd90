package dev.kindling.spark.score.prompt;

import java.io.Serializable;

/**
 * A solved example of a pool.
 *
 * @param id of its row
 * @param question with all columns filled in
 * @param answer that is right
 */
public record Example(String id, String question, String answer) implements Serializable {
  private static final long serialVersionUID = 1L;
}
