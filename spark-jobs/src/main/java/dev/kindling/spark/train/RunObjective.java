package dev.kindling.spark.train;

import dev.kindling.data.InvalidInputException;
import dev.kindling.data.tokenizer.TokenizerFile;
import dev.kindling.model.arch.ModelShape;
import dev.kindling.model.objective.Objective;
import dev.kindling.spark.config.ObjectiveConfig;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** The objective that a model is trained for on a directory of token shards. */
public final class RunObjective {
  private RunObjective() {}

  /**
   * The objective; checked against what the shards hold.
   *
   * @param tokens a directory of kind {@code tokens}
   * @param model with the vocabulary of the shards and its special tokens
   * @throws InvalidInputException if model, noise and tokens do not go together
   */
  public static Objective of(
      Configuration hadoop, Path tokens, ModelShape model, ObjectiveConfig noise) {
    return of(hadoop, TokenDirectory.open(hadoop, tokens), model, noise);
  }

  static Objective of(
      Configuration hadoop, TokenDirectory tokens, ModelShape model, ObjectiveConfig noise) {
    Objective objective =
        noise.forModel(
            model,
            tokens.vocabSize(),
            () -> FullStops.of(TokenizerFile.parse(tokens.readTokenizer(hadoop))));
    tokens.requireEnoughFor(objective);
    return objective;
  }

  /** Tokens of text that one sample takes; those that two samples share count once. */
  public static int tokensPerSample(Objective objective) {
    return RawWindows.stride(objective);
  }
}
