package dev.kindling.data.tokenizer;

import java.io.Serializable;
import java.util.OptionalInt;

/**
 * Turns text into token ids and back. Implementations are immutable and may be shared by threads;
 * they travel to executors as the bytes of their {@code tokenizer.json} (see {@link
 * TokenizerFile}).
 */
public interface Tokenizer extends Serializable {
  /** The number of ids, special tokens included: ids run from 0 to {@code vocabSize() - 1}. */
  int vocabSize();

  /** The ids of {@code text}; no special token is added. */
  int[] encode(String text);

  /** The text of {@code ids}; special tokens are left out. */
  String decode(int[] ids);

  /** The id of the token that ends a document, where the vocabulary has one. */
  OptionalInt endOfTextId();
}
