package dev.kindling.model.layout;

import java.io.Serializable;
import java.util.stream.IntStream;

/**
 * Some neighbouring pieces of a model's forward pass. Piece 0 embeds the tokens, the last makes the
 * loss of the last hidden states, and every block between them is a piece; in an encoder-decoder
 * one piece more, between the two stacks, embeds the decoder's tokens.
 *
 * @param first the first piece
 * @param end the piece after the last
 */
public record PieceRange(int first, int end) implements Serializable {
  /**
   * Checks the range.
   *
   * @throws IllegalArgumentException if it is empty or begins before 0
   */
  public PieceRange {
    if (first < 0 || end <= first) {
      throw new IllegalArgumentException(
          "Pieces " + first + " to " + end + " were given: expected one piece or more, from 0");
    }
  }

  /** Whether a piece is among them. */
  public boolean contains(int piece) {
    return first <= piece && piece < end;
  }

  /**
   * Those of {@code count} neighbours from piece {@code start} that are among them, by their number
   * in {@code start …}: the blocks of a stack.
   */
  public IntStream within(int start, int count) {
    return IntStream.range(Math.max(first, start) - start, Math.min(end, start + count) - start);
  }
}
