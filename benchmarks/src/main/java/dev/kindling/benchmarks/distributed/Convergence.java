package dev.kindling.benchmarks.distributed;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
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
    double synchronous = train("synchronous", "dataParallelism.mode=synchronous");
    double diloco =
        train(
            "diloco",
            "dataParallelism.outer.learningRate=0.7",
            "dataParallelism.outer.momentum=0.9",
            "dataParallelism.outer.nesterov=true");
    double plain = train("plain");
    return List.of(
        new Figure("char-nano, 4 synchronous replicas: validation loss", synchronous, ""),
        new Figure(
            "DiLoCo, 20 local steps: validation loss in that",
            diloco / synchronous,
            "at most 1.03"),
        new Figure(
            "plain averaging, 20 local steps: validation loss in that", plain / synchronous, ""));
  }

  private double train(String name, String... settings) throws IOException, InterruptedException {
    return process
        .train(
            name,
            TOKENS,
            List.of("spark.master=local[4]"),
            List.of("--config", recipe.toString()),
            Stream.concat(FOUR_REPLICAS.stream(), Arrays.stream(settings)).toList())
        .validationLoss();
  }
}
