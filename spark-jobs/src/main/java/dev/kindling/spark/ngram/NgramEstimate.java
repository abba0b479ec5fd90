package dev.kindling.spark.ngram;

import dev.kindling.data.InvalidInputException;
import dev.kindling.model.ngram.NgramShape;
import dev.kindling.spark.config.NgramConfig;
import dev.kindling.spark.ngram.NgramCounts.OrderCounts;
import dev.kindling.spark.parallel.HadoopSettings;
import dev.kindling.spark.report.Words;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;

/**
 * All n-grams of a model with their probabilities and backoffs, as tables: counted from the highest
 * order down, and estimated from the lowest one up.
 *
 * @param shape what the model's {@code config.json} is to say
 * @param keys how n-grams are written
 * @param probabilities tables by order from 1, which are stored: each n-gram with its probability
 * @param ngrams tables by order from 1, which are not: the same with backoffs
 */
record NgramEstimate(
    NgramShape shape, NgramKey keys, List<Dataset<Row>> probabilities, List<Dataset<Row>> ngrams) {
  private static final long FEWEST_TOKENS_PER_TASK = 1L << 16;
  private static final long MOST_TOKENS_PER_TASK = 1L << 22;
  private static final int TASKS_PER_CORE = 3;

  private static final String OCCURRENCES = "ngram BINARY, occurrences BIGINT";
  private static final String COUNTS = OCCURRENCES + ", count BIGINT";
  private static final String PROBABILITIES = "ngram BINARY, probability DOUBLE";

  NgramEstimate {
    probabilities = List.copyOf(probabilities);
    ngrams = List.copyOf(ngrams);
  }

  /**
   * Counts and estimates.
   *
   * @param tables keeps what is needed more than once
   * @param progress gets a line for everything that is done
   * @throws InvalidInputException if executors have no room for the model; what was counted stays
   */
  static NgramEstimate of(
      SparkSession spark,
      NgramConfig config,
      NgramTokens input,
      WorkTables tables,
      Consumer<String> progress) {
    NgramKey keys = NgramKey.ofVocabulary(input.vocabSize());
    NgramCounts counts = new NgramCounts(config, keys, input.endOfTextId().isPresent());
    progress.accept("counting in " + Words.count(input.numTrainTokens(), "token"));
    List<Dataset<Row>> ofOrders = count(spark, counts, input, tables);
    List<OrderCounts> sums = new ArrayList<>();
    for (int order = 1; order <= config.order(); order++) {
      OrderCounts ofOrder = counts.sumUp(order, ofOrders.get(order - 1));
      progress.accept(
          String.format(
              Locale.ROOT,
              "order %d: %s, %s kept",
              order,
              Words.count(ofOrder.counted(), "different n-gram"),
              Words.number(ofOrder.kept())));
      sums.add(ofOrder);
    }
    NgramShape shape = shape(input, sums);
    ModelRoom.of(spark.sparkContext().conf()).require(shape);
    progress.accept("estimating probabilities");
    List<Dataset<Row>> probabilities =
        estimate(spark, counts, input.vocabSize(), ofOrders, sums, tables);
    List<Dataset<Row>> ngrams = withBackoffs(counts, probabilities, ofOrders, sums);
    return new NgramEstimate(shape, keys, probabilities, ngrams);
  }

  private static List<Dataset<Row>> count(
      SparkSession spark, NgramCounts counts, NgramTokens input, WorkTables tables) {
    Dataset<Row> occurrences =
        tables.table(
            "occurrences",
            OCCURRENCES,
            () -> counts.occurrences(spark, ranges(spark, counts, input)));
    Deque<Dataset<Row>> ofOrders = new ArrayDeque<>();
    for (int order = counts.config().order(); order > 0; order--) {
      int counted = order;
      Dataset<Row> longer = ofOrders.peekFirst();
      ofOrders.addFirst(
          tables.table(
              "counts-" + order,
              COUNTS,
              () ->
                  longer == null
                      ? counts.ofHighestOrder(occurrences)
                      : counts.of(counted, longer, occurrences)));
    }
    return List.copyOf(ofOrders);
  }

  /** The training split, cut for tasks. */
  static TokenRanges ranges(SparkSession spark, NgramCounts counts, NgramTokens input) {
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    int numTasks = TASKS_PER_CORE * context.defaultParallelism();
    long perTask = (input.numTrainTokens() + numTasks - 1) / numTasks;
    return new TokenRanges(
        HadoopSettings.send(context),
        input,
        NgramTokens.TRAIN,
        counts.config().order(),
        Math.min(Math.max(perTask, FEWEST_TOKENS_PER_TASK), MOST_TOKENS_PER_TASK),
        input.numTrainTokens());
  }

  private static List<Dataset<Row>> estimate(
      SparkSession spark,
      NgramCounts counts,
      int vocabSize,
      List<Dataset<Row>> ofOrders,
      List<OrderCounts> sums,
      WorkTables tables) {
    NgramProbabilities formulas = new NgramProbabilities(counts);
    List<Dataset<Row>> probabilities = new ArrayList<>();
    Dataset<Row> shorter = null;
    for (int i = 0; i < ofOrders.size(); i++) {
      int order = i + 1;
      Dataset<Row> ofOrder = ofOrders.get(i);
      OrderCounts ofSums = sums.get(i);
      Dataset<Row> below = shorter;
      shorter =
          tables.table(
              "probabilities-" + order,
              PROBABILITIES,
              () ->
                  below == null
                      ? formulas.ofTokens(spark, vocabSize, ofOrder, ofSums)
                      : formulas.of(order, ofOrder, ofSums, below));
      probabilities.add(shorter);
    }
    return probabilities;
  }

  private static List<Dataset<Row>> withBackoffs(
      NgramCounts counts,
      List<Dataset<Row>> probabilities,
      List<Dataset<Row>> ofOrders,
      List<OrderCounts> sums) {
    NgramProbabilities formulas = new NgramProbabilities(counts);
    List<Dataset<Row>> ngrams = new ArrayList<>();
    for (int order = 1; order < probabilities.size(); order++) {
      Dataset<Row> own = probabilities.get(order - 1);
      ngrams.add(formulas.withBackoffs(order, own, ofOrders.get(order), sums.get(order)));
    }
    Dataset<Row> longest = probabilities.get(probabilities.size() - 1);
    ngrams.add(longest.withColumn(NgramProbabilities.BACKOFF, functions.lit(1.0)));
    return ngrams;
  }

  private static NgramShape shape(NgramTokens input, List<OrderCounts> sums) {
    List<NgramShape.Order> orders = new ArrayList<>();
    for (OrderCounts ofOrder : sums) {
      long kept = orders.isEmpty() ? input.vocabSize() : ofOrder.kept();
      orders.add(
          new NgramShape.Order(ofOrder.counted(), kept, ofOrder.prune(), ofOrder.discounts()));
    }
    return new NgramShape(input.vocabSize(), input.endOfTextId(), orders);
  }
}
