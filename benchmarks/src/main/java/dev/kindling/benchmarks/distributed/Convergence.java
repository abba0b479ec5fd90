package dev.kindling.benchmarks.distributed;

import dev.kindling.benchmarks.report.Figure;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Four replicas of {@code conf/pretrain/char-nano.yaml}, each with a quarter of the recipe's batch
 * and as many steps, so that all ways to keep them one model see equally many tokens.
 */
public final class Convergence {
  private static final String TOKENS = "characters";
  private static final List<String> FOUR_REPLICAS =
      List.of(
          "parallel.dataParallel=4",
          "training.batchSize=3",
          "dataParallelism.localSteps=20",
          "training.evaluateEverySteps=0",
          "checkpoint.everyRounds=20");

  /**
   * Of replicas that average. Alone with a quarter of the batch, each has a noisier gradient than
   * the recipe's rate is meant for; the mean of all moments is less noisy than each replica's.
   */
  private static final List<String> AVERAGING =
      List.of("training.optimizer.learningRate=3e-3", "dataParallelism.innerState=average");

  private final TrainingProcess process;
  private final Path recipe;

  /**
   * @param process with a directory in which nothing is called as what is made here
   */
  public Convergence(TrainingProcess process) {
    this.process = process;
    this.recipe =
        process.command().launcher().resolveSibling("../conf/pretrain/char-nano.yaml").normalize();
  }

  /** Trains them. */
  public List<Figure> measure(Path text) throws IOException, InterruptedException {
    process.tokenize(TOKENS, text, "--config", recipe.toString());
    double synchronous = train("synchronous", List.of("dataParallelism.mode=synchronous"));
    List<String> outer =
        List.of(
            "dataParallelism.outer.learningRate=0.7",
            "dataParallelism.outer.momentum=0.8",
            "dataParallelism.outer.nesterov=true");
    double diloco = train("diloco", Stream.concat(AVERAGING.stream(), outer.stream()).toList());
    double plain = train("plain", AVERAGING);
    return List.of(
        new Figure("char-nano, 4 synchronous replicas: validation loss", synchronous, ""),
        new Figure(
            "DiLoCo, 20 local steps: validation loss in that",
            diloco / synchronous,
            "at most 1.03"),
        new Figure(
            "plain averaging, 20 local steps: validation loss in that", plain / synchronous, ""));
  }

  private double train(String name, List<String> settings)
      throws IOException, InterruptedException {
    return process
        .train(
            name,
            TOKENS,
            List.of("spark.master=local[4]"),
            List.of("--config", recipe.toString()),
            Stream.concat(FOUR_REPLICAS.stream(), settings.stream()).toList())
        .validationLoss();
  }
}
