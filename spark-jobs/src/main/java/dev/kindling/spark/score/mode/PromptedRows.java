package dev.kindling.spark.score.mode;

import dev.kindling.spark.score.plan.ScorePlan;
import dev.kindling.spark.score.plan.UnscorableException;
import dev.kindling.spark.score.prompt.Prompts;
import java.util.List;
import org.apache.spark.sql.Row;

/** The prompts of a row. */
final class PromptedRows {
  private PromptedRows() {}

  /** One for every number of shots; only those with examples need to know the row by its id. */
  static List<String> prompts(Row row, ScorePlan plan, Prompts prompts) throws UnscorableException {
    String question = prompts.question(row);
    if (plan.score().prompt().mostShots() == 0) {
      return prompts.of(null, question);
    }
    Object id = row.getAs(plan.score().columns().id());
    if (id == null) {
      throw new UnscorableException("no-id", "examples are chosen by the id, which is null");
    }
    return prompts.of(id.toString(), question);
  }
}
