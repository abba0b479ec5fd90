package dev.kindling.spark.score.executor;

import dev.kindling.data.tokenizer.Tokenizer;
import dev.kindling.data.tokenizer.TokenizerFile;
import dev.kindling.model.io.SpecialTokenIds;
import dev.kindling.model.train.InferenceWeights;
import dev.kindling.model.train.Precision;
import dev.kindling.spark.checkpoint.CheckpointReader;
import org.apache.hadoop.conf.Configuration;

/** What is read from a checkpoint, once for all tasks of an executor. */
record LoadedModel(InferenceWeights weights, Tokenizer tokenizer, SpecialTokenIds specialTokens)
    implements AutoCloseable {

  static LoadedModel load(Configuration hadoop, CheckpointReader checkpoint, Precision precision) {
    Tokenizer tokenizer = TokenizerFile.load(hadoop, checkpoint.tokenizer());
    InferenceWeights weights = new InferenceWeights(checkpoint.model(), precision);
    LoadedModel loaded = null;
    try {
      checkpoint.load(weights.parameters());
      loaded = new LoadedModel(weights, tokenizer, checkpoint.specialTokens());
      return loaded;
    } finally {
      if (loaded == null) {
        weights.close();
      }
    }
  }

  @Override
  public void close() {
    weights.close();
  }
}
