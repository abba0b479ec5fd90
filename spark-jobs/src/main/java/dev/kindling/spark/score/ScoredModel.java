package dev.kindling.spark.score;

import dev.kindling.data.InvalidInputException;
import dev.kindling.data.tokenizer.Tokenizer;
import dev.kindling.data.tokenizer.TokenizerFile;
import dev.kindling.spark.config.ScoreConfig;
import dev.kindling.spark.score.executor.StoredModel;
import dev.kindling.spark.score.plan.ScoreMode;
import org.apache.hadoop.conf.Configuration;

/** Whether a checkpoint can answer what is asked; said before any row is read. */
final class ScoredModel {
  private ScoredModel() {}

  /**
   * @throws InvalidInputException if the model is of another kind than the mode needs, its
   *     tokenizer is another model's, or windows are longer than it takes
   */
  static void require(Configuration hadoop, StoredModel stored, ScoreMode mode, ScoreConfig score) {
    stored.requireFor(mode, score.precision());
    requireMatchingVocabulary(hadoop, stored);
    requireWindow(stored, score);
  }

  private static void requireMatchingVocabulary(Configuration hadoop, StoredModel stored) {
    Tokenizer tokenizer = TokenizerFile.load(hadoop, stored.tokenizer());
    if (tokenizer.vocabSize() > stored.vocabSize()) {
      throw new InvalidInputException(
          stored.directory()
              + " has a tokenizer of "
              + tokenizer.vocabSize()
              + " ids, but a model for "
              + stored.vocabSize(),
          "the tokenizer that the model was trained with",
          "restore the checkpoint's own tokenizer.json, or take another checkpoint");
    }
  }

  private static void requireWindow(StoredModel stored, ScoreConfig score) {
    int most = stored.contextLength();
    if (score.contextLength() > most || score.stride() > most) {
      throw new InvalidInputException(
          "score.contextLength is " + score.contextLength() + " and score.stride " + score.stride(),
          "at most " + most + ", the context length of the model",
          "choose shorter windows, or 0 for all that the model takes");
    }
  }
}
