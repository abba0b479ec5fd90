package dev.kindling.spark.score;

import dev.kindling.spark.parallel.HadoopSettings;
import dev.kindling.spark.parallel.TaskBackends;
import dev.kindling.spark.score.executor.ExecutorModels;
import dev.kindling.spark.score.executor.ScoringModel;
import dev.kindling.spark.score.executor.StoredModel;
import dev.kindling.spark.score.mode.RowScorers;
import dev.kindling.spark.score.plan.ScorePlan;
import dev.kindling.spark.score.prompt.Prompts;
import java.util.Collections;
import java.util.Iterator;
import org.apache.hadoop.fs.Path;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.LongAccumulator;
import org.apache.spark.util.TaskCompletionListener;

/**
 * One task of scoring: borrows the executor's model and scores its part of the rows. The model
 * never passes through the driver.
 *
 * @param hadoop the filesystem's settings
 * @param plan what is asked
 * @param schema of the rows
 * @param prompts how rows become prompts, in the modes that have them
 * @param loads counts how often weights were read
 */
record ScoreTask(
    HadoopSettings hadoop,
    ScorePlan plan,
    StructType schema,
    Prompts prompts,
    LongAccumulator loads)
    implements MapPartitionsFunction<Row, Row> {

  /** Tokens of so many batches are held, so that texts of one length find each other. */
  private static final long BATCHES_PER_PORTION = 64;

  @Override
  public Iterator<Row> call(Iterator<Row> rows) {
    if (!rows.hasNext()) {
      return Collections.emptyIterator();
    }
    StoredModel stored = StoredModel.open(hadoop.get(), new Path(plan.checkpoint()));
    TaskContext task = TaskContext.get();
    TaskBackends.bindThread(stored.kernels(plan.backend()));
    ExecutorModels.Borrowed borrowed =
        ExecutorModels.get()
            .borrow(
                stored,
                plan.score().precision(),
                TaskBackends.settings(plan.backend()),
                () -> loads.add(1));
    task.addTaskCompletionListener((TaskCompletionListener) context -> borrowed.close());
    ScoringModel model = borrowed.model();
    long tokensPerPortion =
        BATCHES_PER_PORTION * plan.score().batchSize() * model.model().contextLength();
    return new ScoredRows<>(
        rows, RowScorers.open(plan, schema, model, prompts), plan, tokensPerPortion);
  }
}
