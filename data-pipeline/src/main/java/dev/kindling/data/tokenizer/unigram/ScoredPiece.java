package dev.kindling.data.tokenizer.unigram;

/**
 * A piece of the vocabulary.
 *
 * @param piece its text, with {@link MetaspaceText#SPACE} for a space
 * @param score its log-probability, in nats
 */
public record ScoredPiece(String piece, double score) {
  /** Whether it is one code point, so that no text with it could be cut without it. */
  boolean isCharacter() {
    return piece.codePointCount(0, piece.length()) == 1;
  }
}
