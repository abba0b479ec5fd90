package dev.kindling.spark.config;

import java.io.Serializable;
import java.util.HashSet;
import java.util.List;

/**
 * How a row becomes what a model reads before its answer: a description, solved examples, and the
 * question (Brown et al. 2020; the form of EleutherAI's evaluation harness).
 *
 * @param template the question, where <code>{{column}}</code> stands for the value of a column
 * @param description stands before everything
 * @param shots numbers of solved examples, each of which is tried on all rows
 * @param exampleDelimiter stands behind every example
 * @param answerDelimiter stands between a question and its answer
 * @param seed of the choice of examples
 */
public record PromptConfig(
    String template,
    String description,
    List<Integer> shots,
    String exampleDelimiter,
    String answerDelimiter,
    long seed)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /** More examples than any context has room for are a mistake. */
  private static final int MOST_SHOTS = 1024;

  /**
   * Checks the values.
   *
   * @throws IllegalArgumentException naming the value, what was expected and what to change
   */
  public PromptConfig {
    shots = List.copyOf(shots);
    boolean differ = new HashSet<>(shots).size() == shots.size();
    if (shots.isEmpty()
        || !differ
        || shots.stream().anyMatch(number -> number < 0 || number > MOST_SHOTS)) {
      throw new IllegalArgumentException(
          "shots is "
              + shots
              + ": it must be one or more different numbers from 0 to "
              + MOST_SHOTS
              + ", such as [0, 1, 5]");
    }
  }

  /** The most examples that a prompt has. */
  public int mostShots() {
    return shots.stream().mapToInt(Integer::intValue).max().orElse(0);
  }
}
