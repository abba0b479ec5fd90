package dev.kindling.data.decontaminate;

import dev.kindling.data.InvalidInputException;
import java.io.Serializable;

/**
 * What counts as text of an evaluation set, and what becomes of it. Lengths of text are in code
 * points.
 *
 * @param ngramSize the words in an n-gram; a character of a script without spaces is a word
 * @param minNgramSize an evaluation document of fewer words than {@code ngramSize} is one n-gram if
 *     it has so many, and else is not looked for
 * @param maxNgramOccurrences n-grams that more documents have are common phrases, and ignored
 * @param action what becomes of a document with an n-gram
 * @param cutCharacters what is cut with an n-gram, on either side of it
 * @param minPieceCharacters shorter pieces are dropped
 * @param maxPieces a document that would become more pieces is removed
 */
public record DecontaminateConfig(
    int ngramSize,
    int minNgramSize,
    int maxNgramOccurrences,
    ContaminationAction action,
    int cutCharacters,
    int minPieceCharacters,
    int maxPieces)
    implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final int MOST = 1_000_000;

  /**
   * @throws InvalidInputException if a value is out of range
   */
  public DecontaminateConfig {
    requireInRange("ngramSize", ngramSize, 2, 1_000);
    requireInRange("minNgramSize", minNgramSize, 2, ngramSize);
    requireInRange("maxNgramOccurrences", maxNgramOccurrences, 1, Integer.MAX_VALUE);
    requireInRange("cutCharacters", cutCharacters, 0, MOST);
    requireInRange("minPieceCharacters", minPieceCharacters, 1, MOST);
    requireInRange("maxPieces", maxPieces, 1, MOST);
  }

  private static void requireInRange(String name, int value, int least, int most) {
    if (value < least || value > most) {
      throw new InvalidInputException(
          "decontaminate." + name + " is " + value, least + " to " + most, "choose another value");
    }
  }
}
