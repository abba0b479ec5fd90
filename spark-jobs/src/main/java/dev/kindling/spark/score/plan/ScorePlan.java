package dev.kindling.spark.score.plan;

import dev.kindling.spark.config.GenerateConfig;
import dev.kindling.spark.config.ScoreConfig;
import java.io.Serializable;

/**
 * What is asked of which model, and how.
 *
 * @param mode what is asked
 * @param checkpoint the directory of one checkpoint
 * @param backend by name
 * @param score how texts are scored
 * @param generate how text is written, in the mode that does
 */
public record ScorePlan(
    ScoreMode mode, String checkpoint, String backend, ScoreConfig score, GenerateConfig generate)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /** How many results every row has. */
  public int resultsPerRow() {
    return mode.isPrompted() ? score.prompt().shots().size() : 1;
  }
}
