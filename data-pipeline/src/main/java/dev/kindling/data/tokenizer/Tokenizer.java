package dev.kindling.data.tokenizer;

import java.io.Serializable;
import java.util.OptionalInt;

/**
 * Turns text into token ids and back. Implementations are immutable and may be shared by threads;
 * they travel to executors as the bytes of their {@code tokenizer.json} (see {@link
 * TokenizerFile}).
 *
 * <p>Text is never more than text: where a document contains the words {@code <|endoftext|>}, they
 * are encoded letter by letter, so that no document can end another one. (Hugging Face's library
 * makes the special token of them.)
 */
public sealed interface Tokenizer extends Serializable
    permits ByteLevelBpe, CharacterTokenizer, UnigramTokenizer, WordPieceTokenizer {
  /** The content of the special token that ends a document, as in GPT-2. */
  String END_OF_TEXT = "<|endoftext|>";

  /** The number of ids, special tokens included: ids run from 0 to {@code vocabSize() - 1}. */
  int vocabSize();

  /**
   * The ids of {@code text}; no special token is added. An unpaired surrogate counts as U+FFFD.
   *
   * @throws dev.kindling.data.InvalidInputException if the vocabulary lacks a character and has no
   *     id for unknown ones
   */
  int[] encode(String text);

  /**
   * The text of {@code ids}; special tokens are left out.
   *
   * @throws IllegalArgumentException if an id is not below {@link #vocabSize()}
   */
  String decode(int[] ids);

  /** The id of the token that ends a document, where the vocabulary has one. */
  OptionalInt endOfTextId();
}
