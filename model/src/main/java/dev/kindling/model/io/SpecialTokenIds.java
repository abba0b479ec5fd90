package dev.kindling.model.io;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.OptionalInt;

/**
 * The tokens with a meaning of their own, where a {@code config.json} names them.
 *
 * @param beginOfText starts a text ({@code bos_token_id})
 * @param endOfText ends a text ({@code eos_token_id})
 * @param padding fills up a batch ({@code pad_token_id})
 * @param decoderStart is what a decoder sees first ({@code decoder_start_token_id})
 * @param mask stands for a hidden token ({@code mask_token_id}; Hugging Face keeps it with the
 *     tokenizer, and ignores it here)
 */
public record SpecialTokenIds(
    OptionalInt beginOfText,
    OptionalInt endOfText,
    OptionalInt padding,
    OptionalInt decoderStart,
    OptionalInt mask) {

  static final String BEGIN_OF_TEXT = "bos_token_id";
  static final String END_OF_TEXT = "eos_token_id";
  static final String PADDING = "pad_token_id";
  static final String DECODER_START = "decoder_start_token_id";
  private static final String MASK = "mask_token_id";

  /** Of a model that knows where a text begins and ends, and no more. */
  public static SpecialTokenIds ofText(OptionalInt beginOfText, OptionalInt endOfText) {
    OptionalInt none = OptionalInt.empty();
    return new SpecialTokenIds(beginOfText, endOfText, none, none, none);
  }

  static SpecialTokenIds read(ConfigKeys keys) {
    return new SpecialTokenIds(
        keys.id(BEGIN_OF_TEXT),
        keys.id(END_OF_TEXT),
        keys.id(PADDING),
        keys.id(DECODER_START),
        keys.id(MASK));
  }

  /** Writes the ids that there are, and null for those of {@code explicit} that there are not. */
  void write(ObjectNode json, List<String> explicit) {
    write(json, BEGIN_OF_TEXT, beginOfText, explicit);
    write(json, END_OF_TEXT, endOfText, explicit);
    write(json, PADDING, padding, explicit);
    write(json, DECODER_START, decoderStart, explicit);
    write(json, MASK, mask, explicit);
  }

  private static void write(ObjectNode json, String key, OptionalInt id, List<String> explicit) {
    if (id.isPresent()) {
      json.put(key, id.getAsInt());
    } else if (explicit.contains(key)) {
      json.putNull(key);
    }
  }
}
