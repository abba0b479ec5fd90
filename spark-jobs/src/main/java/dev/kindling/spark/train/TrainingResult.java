package dev.kindling.spark.train;

import org.apache.hadoop.fs.Path;

/**
 * The end of a training run.
 *
 * @param checkpoint the directory of the last checkpoint
 * @param summary what {@code summary.json} says
 * @param wasComplete whether the run had been finished before, so that nothing was done
 */
public record TrainingResult(Path checkpoint, RunSummary summary, boolean wasComplete) {}
