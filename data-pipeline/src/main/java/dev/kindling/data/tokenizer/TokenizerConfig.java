package dev.kindling.data.tokenizer;

/**
 * What tokenizer to learn.
 *
 * @param kind {@code byte-level-bpe}, {@code character}, {@code unigram} (T5), {@code wordpiece}
 *     (BERT, lower-cased) or {@code wordpiece-cased}
 * @param vocabSize the number of ids aimed at, special tokens included; ignored by {@code
 *     character}
 * @param minFrequency a pair seen less often is not merged, a character seen less often is unknown,
 *     a substring seen less often is no piece
 * @param endOfText whether the vocabulary has a token that ends a document, as {@code wordpiece}
 *     must
 */
public record TokenizerConfig(String kind, int vocabSize, int minFrequency, boolean endOfText) {}
