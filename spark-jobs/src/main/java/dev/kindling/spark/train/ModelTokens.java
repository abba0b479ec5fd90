package dev.kindling.spark.train;

import dev.kindling.model.io.SpecialTokenIds;
import dev.kindling.model.objective.CausalLanguageModelling;
import dev.kindling.model.objective.Denoising;
import dev.kindling.model.objective.MaskedLanguageModelling;
import dev.kindling.model.objective.Objective;
import dev.kindling.model.objective.SpanCorruption;
import dev.kindling.model.objective.SpecialTokens;
import java.util.OptionalInt;

/** What the special tokens of an objective are called in a model's configuration. */
final class ModelTokens {
  private ModelTokens() {}

  /**
   * The ids.
   *
   * @param endOfText the token that ends a document, where the tokenizer has one: begins and ends
   *     the texts of a GPT
   */
  static SpecialTokenIds of(Objective objective, OptionalInt endOfText) {
    // A sealed switch on types is a preview in Java 17.
    if (objective instanceof CausalLanguageModelling) {
      return SpecialTokenIds.ofText(endOfText, endOfText);
    }
    OptionalInt none = OptionalInt.empty();
    if (objective instanceof MaskedLanguageModelling masked) {
      SpecialTokens.Bert tokens = masked.tokens();
      return new SpecialTokenIds(
          id(tokens.cls()), id(tokens.sep()), id(tokens.pad()), none, id(tokens.mask()));
    }
    if (objective instanceof SpanCorruption spans) {
      SpecialTokens.T5 tokens = spans.tokens();
      return new SpecialTokenIds(
          none, id(tokens.eos()), id(tokens.pad()), id(tokens.decoderStart()), none);
    }
    SpecialTokens.Bart tokens = ((Denoising) objective).tokens();
    return new SpecialTokenIds(
        id(tokens.bos()),
        id(tokens.eos()),
        id(tokens.pad()),
        id(tokens.decoderStart()),
        id(tokens.mask()));
  }

  private static OptionalInt id(int token) {
    return OptionalInt.of(token);
  }
}
