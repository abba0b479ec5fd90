package dev.kindling.spark.score;

import dev.kindling.data.InvalidInputException;
import dev.kindling.spark.config.PromptConfig;
import dev.kindling.spark.parallel.ClusterBackends;
import dev.kindling.spark.parallel.HadoopSettings;
import dev.kindling.spark.score.executor.StoredModel;
import dev.kindling.spark.score.mode.RowScorers;
import dev.kindling.spark.score.plan.ScorePlan;
import dev.kindling.spark.score.prompt.ExamplePool;
import dev.kindling.spark.score.prompt.Prompts;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.LongAccumulator;

/** Adds scores to rows; nothing is computed before an action asks for it. */
final class Scoring {
  private Scoring() {}

  /**
   * The plan for one checkpoint, where it names a run, and for one backend, where it says auto.
   *
   * @throws dev.kindling.data.InvalidInputException if there is no model, or it cannot answer
   */
  static ScorePlan resolve(SparkSession spark, ScorePlan plan) {
    Configuration hadoop = spark.sparkContext().hadoopConfiguration();
    StoredModel stored = StoredModel.open(hadoop, new Path(plan.checkpoint()));
    ScoredModel.require(hadoop, stored, plan.mode(), plan.score());
    return new ScorePlan(
        plan.mode(),
        stored.directory().toString(),
        ClusterBackends.resolve(
            JavaSparkContext.fromSparkContext(spark.sparkContext()), plan.backend()),
        plan.score(),
        plan.generate());
  }

  /**
   * How rows become prompts.
   *
   * @param examples the table of solved ones, which is read here
   * @throws InvalidInputException if there are too few, or one cannot be used
   */
  static Prompts prompts(SparkSession spark, ScorePlan plan, Optional<ScoringInput> examples) {
    PromptConfig config = plan.score().prompt();
    if (config.mostShots() == 0 || !plan.mode().isPrompted()) {
      return new Prompts(config, List.of());
    }
    ScoringInput table =
        examples.orElseThrow(
            () ->
                new InvalidInputException(
                    "score.prompt.shots is " + config.shots(),
                    "solved examples to take them from",
                    "give --examples a table of them"));
    try (ScoringRows rows = table.load(spark, plan.score().columns().id())) {
      RowScorers.requireExampleColumns(plan, rows.rows().schema());
      return new Prompts(config, ExamplePool.collect(table.toString(), rows.rows(), plan));
    }
  }

  /** Counts how often an executor reads weights. */
  static LongAccumulator loads(SparkSession spark) {
    return spark.sparkContext().longAccumulator("models loaded");
  }

  /**
   * The rows with their scores.
   *
   * @param prompts how rows become prompts, in the modes that have them
   * @param loads counts how often weights were read
   */
  static Dataset<Row> apply(
      Dataset<Row> rows, ScorePlan plan, Prompts prompts, LongAccumulator loads) {
    JavaSparkContext spark = JavaSparkContext.fromSparkContext(rows.sparkSession().sparkContext());
    ScoreTask task = new ScoreTask(HadoopSettings.send(spark), plan, rows.schema(), prompts, loads);
    return rows.mapPartitions(task, Encoders.row(plan.mode().addTo(rows.schema())));
  }
}
