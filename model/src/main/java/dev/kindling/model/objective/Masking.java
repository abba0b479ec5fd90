package dev.kindling.model.objective;

import dev.kindling.model.random.RandomStream;
import java.io.Serializable;
import java.util.stream.IntStream;

/**
 * Which tokens a masked language model predicts, and what it reads in their place (Devlin et al.
 * 2019, section 3.1).
 *
 * @param selection the share of tokens to predict; special ones count, but are never chosen
 * @param maxPredictions the most tokens to predict in a sequence
 * @param maskShare the share of chosen tokens that become the mask token
 * @param randomShare the share of chosen tokens that become a random one; the rest stays
 */
public record Masking(double selection, int maxPredictions, double maskShare, double randomShare)
    implements Serializable {

  /**
   * Checks the shares.
   *
   * @throws IllegalArgumentException naming the value and what was expected
   */
  public Masking {
    Checks.requireShare("selection", selection);
    Checks.requireAtLeast("maxPredictions", maxPredictions, 1);
    Checks.requireShare("maskShare", maskShare);
    Checks.requireShare("randomShare", randomShare);
    if (maskShare + randomShare > 1) {
      throw new IllegalArgumentException(
          "maskShare "
              + maskShare
              + " + randomShare "
              + randomShare
              + " is more than 1: they are shares of the same tokens");
    }
  }

  /**
   * BERT's: 15 %, of which 80 % become the mask token, 10 % a random one, and 10 % stay.
   *
   * @param length the longest sequence; the most predictions are 15 % of it, rounded up (20 of 128)
   */
  public static Masking bert(int length) {
    return new Masking(0.15, (int) Math.ceil(0.15 * length), 0.8, 0.1);
  }

  /**
   * How many tokens are chosen, at least one. Rounds halves to even, as Python does.
   *
   * @param length tokens of the sequence, special ones counted
   */
  public int numPredictions(int length) {
    return Math.min(maxPredictions, Math.max(1, (int) Math.rint(selection * length)));
  }

  /**
   * Masks one sequence in place.
   *
   * @param inputs where the sequence stands
   * @param start its first token
   * @param length its tokens, special ones counted
   * @param targets gets the chosen tokens at their places; the others are left alone
   */
  void maskInPlace(
      int[] inputs,
      int start,
      int length,
      int[] targets,
      SpecialTokens.Bert tokens,
      RandomStream random) {
    int[] places =
        IntStream.range(start, start + length)
            .filter(place -> inputs[place] != tokens.cls() && inputs[place] != tokens.sep())
            .toArray();
    random.shuffle(places);
    int numPredictions = Math.min(numPredictions(length), places.length);
    for (int i = 0; i < numPredictions; i++) {
      int place = places[i];
      targets[place] = inputs[place];
      inputs[place] = replacement(inputs[place], tokens, random);
    }
  }

  private int replacement(int token, SpecialTokens.Bert tokens, RandomStream random) {
    double draw = random.nextDouble();
    if (draw < maskShare) {
      return tokens.mask();
    }
    return draw < maskShare + randomShare ? random.nextInt(tokens.numOrdinary()) : token;
  }
}
