package dev.kindling.spark.generations;

import dev.kindling.data.manifest.Manifest;
import dev.kindling.spark.config.RunConfig;
import dev.kindling.spark.train.RunSummary;
import org.apache.hadoop.fs.Path;

/** Trains single models to their end, or goes on with what lies there. */
public interface Trainer {
  /** A network or a Transformer, as {@code kindling pretrain} does. */
  RunSummary pretrain(RunConfig config, Path output);

  /** An n-gram model, as {@code kindling ngram} does. */
  Manifest ngram(RunConfig config, Path output);

  /** Word vectors, as {@code kindling word2vec} does. */
  Manifest wordVectors(RunConfig config, Path output);
}
