package dev.kindling.spark.score.mode;

import dev.kindling.data.InvalidInputException;
import dev.kindling.spark.score.executor.ScoringModel;
import dev.kindling.spark.score.plan.ScorePlan;
import dev.kindling.spark.score.prompt.Prompts;
import org.apache.spark.sql.types.StructType;

/** Opens the scorer of a mode. */
public final class RowScorers {
  private RowScorers() {}

  /**
   * A scorer of rows of {@code schema}.
   *
   * @param prompts how rows become prompts, in the modes that have them
   */
  public static RowScorer<?> open(
      ScorePlan plan, StructType schema, ScoringModel model, Prompts prompts) {
    return switch (plan.mode()) {
      case ROLLING -> new RollingRows(plan, model);
      case CONTINUATION -> new ContinuationRows(plan, model);
      case CHOICE -> new ChoiceRows(plan, schema, model, prompts);
      case MASKED -> new MaskedRows(plan, model);
      case EMBED -> new EmbeddingRows(plan, model);
      case GENERATE -> new GenerationRows(plan, model, prompts);
    };
  }

  /**
   * Checks that a table has what a mode reads, before any of it is scored.
   *
   * @throws InvalidInputException naming the column that is missing, of another type, or in the way
   */
  public static void requireColumns(ScorePlan plan, StructType schema) {
    TableColumns.require(plan, schema);
    TableColumns.requireFree(plan.mode(), schema);
  }

  /**
   * Checks that a table of solved examples has what a mode reads of them.
   *
   * @throws InvalidInputException naming the column that is missing or of another type
   */
  public static void requireExampleColumns(ScorePlan plan, StructType schema) {
    TableColumns.requireExamples(plan, schema);
  }
}
