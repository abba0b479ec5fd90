package dev.kindling.spark.score.prompt;

import dev.kindling.data.InvalidInputException;
import dev.kindling.spark.config.ScoreColumns;
import dev.kindling.spark.score.plan.ScoreMode;
import dev.kindling.spark.score.plan.ScorePlan;
import dev.kindling.spark.score.plan.UnscorableException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The solved examples that prompts are given: a table like that of the questions. */
public final class ExamplePool {
  /** Examples travel to every executor. */
  static final int MOST = 100_000;

  private static final Logger LOG = LoggerFactory.getLogger(ExamplePool.class);

  private ExamplePool() {}

  /**
   * Reads a pool, in the order of its ids. Examples without a question or an answer are left out.
   *
   * @param name of the table, for messages
   * @throws InvalidInputException if there are too many, or two have the same id
   */
  public static List<Example> collect(String name, Dataset<Row> table, ScorePlan plan) {
    ScoreColumns columns = plan.score().columns();
    Template template = Template.parse(plan.score().prompt().template());
    List<Example> pool = new ArrayList<>();
    List<String> unusable = new ArrayList<>();
    List<Row> rows = table.limit(MOST + 1).collectAsList();
    if (rows.size() > MOST) {
      throw new InvalidInputException(
          name + " has more than " + MOST + " examples",
          "at most as many, since they travel to every executor",
          "take a sample of them");
    }
    for (Row row : rows) {
      Object id = row.getAs(columns.id());
      try {
        pool.add(example(id, row, plan.mode(), template, columns));
      } catch (UnscorableException e) {
        unusable.add("'" + id + "': " + e.getMessage());
      }
    }
    if (!unusable.isEmpty()) {
      LOG.warn(
          "{} examples of {} have no question or no answer and are left out, such as {}",
          unusable.size(),
          name,
          unusable.get(0));
    }
    pool.sort(Comparator.comparing(Example::id));
    requireDifferentIds(name, pool);
    return pool;
  }

  private static Example example(
      Object id, Row row, ScoreMode mode, Template template, ScoreColumns columns)
      throws UnscorableException {
    String answer = mode == ScoreMode.CHOICE ? right(row, columns) : written(row, columns);
    if (id == null) {
      throw new UnscorableException("no-id", "the id is null");
    }
    return new Example(id.toString(), template.of(row), answer);
  }

  private static String right(Row row, ScoreColumns columns) throws UnscorableException {
    Choices choices = Choices.read(row, row.schema(), columns);
    if (choices.label().isEmpty()) {
      throw new UnscorableException("no-label", "the right choice is not known");
    }
    return choices.texts().get(choices.label().getAsInt());
  }

  private static String written(Row row, ScoreColumns columns) throws UnscorableException {
    Object answer = row.getAs(columns.answer());
    if (answer == null) {
      throw new UnscorableException("no-answer", "the answer is null");
    }
    return answer.toString();
  }

  private static void requireDifferentIds(String name, List<Example> pool) {
    for (int i = 1; i < pool.size(); i++) {
      if (pool.get(i).id().equals(pool.get(i - 1).id())) {
        throw new InvalidInputException(
            "the id '" + pool.get(i).id() + "' occurs twice in " + name,
            "every example with an id of its own",
            "make the ids unique");
      }
    }
  }
}
