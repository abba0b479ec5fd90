package dev.kindling.spark.sweep.simulate;

import dev.kindling.spark.config.ConfigLoader;
import dev.kindling.spark.config.RunConfig;
import java.util.List;
import java.util.Optional;

/** Workloads and ways to train from settings as a user writes them. */
final class Workloads {
  static final int VOCABULARY = 64;

  /** Messages and Spark take no time. */
  static final Rates NO_COST =
      new Rates(
          Double.POSITIVE_INFINITY,
          0,
          Double.POSITIVE_INFINITY,
          Double.POSITIVE_INFINITY,
          0,
          0,
          0,
          0);

  private static final String SHAPE =
      "model.numLayers=4 model.numHeads=4 model.embeddingSize=32 model.contextLength=16"
          + " training.batchSize=4 dataParallelism.localSteps=10 ";

  private Workloads() {}

  /** A workload of a small GPT with a second for a thousand tokens. */
  static Workload of(String settings) {
    return Calibration.workload(
        ConfigLoader.load(Optional.empty(), List.of((SHAPE + settings).strip().split(" +"))),
        VOCABULARY,
        1e-3);
  }

  /** The way to train that settings describe. */
  static Candidate candidate(String settings) {
    RunConfig config =
        ConfigLoader.load(Optional.empty(), List.of((SHAPE + settings).strip().split(" +")));
    return new Candidate(
        config.parallel(), config.dataParallelism(), config.training().batchSize());
  }
}
