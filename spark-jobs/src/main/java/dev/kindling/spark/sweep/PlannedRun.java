package dev.kindling.spark.sweep;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kindling.data.manifest.Manifest;
import dev.kindling.spark.config.RunConfig;
import dev.kindling.spark.config.SettingValues;

/**
 * One run of a sweep, before it is run.
 *
 * @param combination what it sets differently
 * @param config everything, with steps and batch as they follow from tokens and replicas
 * @param tokensAsked D as it was given
 * @param tokens D rounded up to whole steps
 * @param parameters N, with embeddings
 * @param nonEmbeddingParameters without
 * @param rankBytes what one rank is going to hold outside the Java heap
 */
public record PlannedRun(
    Combination combination,
    RunConfig config,
    long tokensAsked,
    long tokens,
    long parameters,
    long nonEmbeddingParameters,
    long rankBytes) {
  private static final double FLOPS_PER_PARAMETER_AND_TOKEN = 6;

  /** C = 6 N D. */
  public double flops() {
    return FLOPS_PER_PARAMETER_AND_TOKEN * parameters * tokens;
  }

  /** What tells it from others: {@code model.numLayers=4 tokens=1000000}. */
  public String settings() {
    return combination.text();
  }

  /** Everything that decides the outcome of a run with this configuration, by full key. */
  static ObjectNode decisive(RunConfig config) {
    ObjectNode values = Manifest.newDetails();
    values.put("seed", config.seed());
    SettingValues.add(values, "model", config.model());
    SettingValues.addObjective(values, config.objective(), config.model().architecture());
    SettingValues.add(values, "training", config.training());
    SettingValues.add(values, "parallel", config.parallel());
    SettingValues.add(values, "dataParallelism", config.dataParallelism());
    values.remove("parallel.timeoutSeconds");
    return values;
  }
}
