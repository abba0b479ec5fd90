package dev.kindling.spark.score;

import dev.kindling.data.InvalidInputException;
import dev.kindling.data.tokenizer.Tokenizer;
import dev.kindling.data.tokenizer.TokenizerFile;
import dev.kindling.model.arch.ArchitectureConfig;
import dev.kindling.model.arch.BertConfig;
import dev.kindling.model.arch.GptConfig;
import dev.kindling.spark.checkpoint.CheckpointReader;
import dev.kindling.spark.config.ScoreConfig;
import dev.kindling.spark.report.Words;
import dev.kindling.spark.score.plan.ScoreMode;
import org.apache.hadoop.conf.Configuration;

/** Whether a checkpoint can answer what is asked; said before any row is read. */
final class ScoredModel {
  private ScoredModel() {}

  /**
   * @throws InvalidInputException if the model is of another kind than the mode needs, its
   *     tokenizer is another model's, or windows are longer than it takes
   */
  static void require(
      Configuration hadoop, CheckpointReader checkpoint, ScoreMode mode, ScoreConfig score) {
    requireArchitecture(checkpoint, mode);
    requireMatchingVocabulary(hadoop, checkpoint);
    requireWindow(checkpoint, score);
    if (mode == ScoreMode.MASKED && checkpoint.specialTokens().mask().isEmpty()) {
      throw new InvalidInputException(
          "the config.json of " + checkpoint.directory() + " has no mask_token_id",
          "the id that stands for a hidden token",
          "take a checkpoint that kindling pretrain has written");
    }
  }

  private static void requireArchitecture(CheckpointReader checkpoint, ScoreMode mode) {
    ArchitectureConfig model = checkpoint.model();
    boolean fits =
        switch (mode) {
          case ROLLING, CONTINUATION, CHOICE, GENERATE -> model instanceof GptConfig;
          case MASKED -> model instanceof BertConfig;
          case EMBED -> true;
        };
    if (fits) {
      return;
    }
    boolean encoder = mode == ScoreMode.MASKED;
    throw new InvalidInputException(
        checkpoint.directory() + " holds a " + Words.architecture(model),
        encoder
            ? "a BERT: the mode masked asks for each token given those on both sides"
            : "a GPT: scoring in the mode " + mode + " predicts each token from those before it",
        encoder
            ? "give the path of a run with model.architecture bert, or choose another --mode"
            : "give the path of a run with model.architecture gpt, or choose another --mode");
  }

  private static void requireMatchingVocabulary(Configuration hadoop, CheckpointReader checkpoint) {
    Tokenizer tokenizer = TokenizerFile.load(hadoop, checkpoint.tokenizer());
    if (tokenizer.vocabSize() > checkpoint.model().vocabSize()) {
      throw new InvalidInputException(
          checkpoint.directory()
              + " has a tokenizer of "
              + tokenizer.vocabSize()
              + " ids, but a model for "
              + checkpoint.model().vocabSize(),
          "the tokenizer that the model was trained with",
          "restore the checkpoint's own tokenizer.json, or take another checkpoint");
    }
  }

  private static void requireWindow(CheckpointReader checkpoint, ScoreConfig score) {
    int most = checkpoint.model().contextLength();
    if (score.contextLength() > most || score.stride() > most) {
      throw new InvalidInputException(
          "score.contextLength is " + score.contextLength() + " and score.stride " + score.stride(),
          "at most " + most + ", the context length of the model",
          "choose shorter windows, or 0 for all that the model takes");
    }
  }
}
