package dev.kindling.spark.score.mode;

import dev.kindling.model.arch.GptConfig;
import dev.kindling.model.io.SpecialTokenIds;
import dev.kindling.model.predict.TokenModel;
import dev.kindling.model.train.InferenceModel;
import dev.kindling.spark.score.executor.ScoringModel;
import java.util.OptionalInt;

/**
 * Windows of a text as an encoder knows texts: between the tokens that begin and end one. Models
 * that continue texts get the bare tokens.
 *
 * @param before the token that stands first, where there is one
 * @param after the token that stands last, where there is one
 * @param length most tokens of the text in one window
 */
record Framing(OptionalInt before, OptionalInt after, int length) {
  static Framing of(ScoringModel model, int contextLength) {
    if (!isEncoder(model.model())) {
      return new Framing(OptionalInt.empty(), OptionalInt.empty(), contextLength);
    }
    SpecialTokenIds special = model.specialTokens();
    int numFrame =
        (special.beginOfText().isPresent() ? 1 : 0) + (special.endOfText().isPresent() ? 1 : 0);
    return new Framing(
        special.beginOfText(), special.endOfText(), Math.max(1, contextLength - numFrame));
  }

  private static boolean isEncoder(TokenModel model) {
    return model instanceof InferenceModel transformer
        && !(transformer.config() instanceof GptConfig);
  }

  int numWindows(int numTokens) {
    return (numTokens + length - 1) / length;
  }

  /** Tokens before those of the text in a window. */
  int first() {
    return before.isPresent() ? 1 : 0;
  }

  /** Tokens of the text in a window. */
  int numTokens(int[] ids, int window) {
    return Math.min(length, ids.length - window * length);
  }

  int[] window(int[] ids, int window) {
    int count = numTokens(ids, window);
    int[] framed = new int[first() + count + (after.isPresent() ? 1 : 0)];
    before.ifPresent(id -> framed[0] = id);
    System.arraycopy(ids, window * length, framed, first(), count);
    after.ifPresent(id -> framed[framed.length - 1] = id);
    return framed;
  }
}
