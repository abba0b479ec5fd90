package dev.kindling.model.objective;

import dev.kindling.model.random.RandomStream;

/**
 * Where next-sentence prediction gets sentences from that do not follow. Asked only when they are
 * needed.
 */
@FunctionalInterface
public interface OtherDocument {
  /** For objectives that need none; throws when asked. */
  OtherDocument NONE =
      (random, maxLength) -> {
        throw new IllegalArgumentException(
            "The sample came without other documents, but the objective needs tokens of one:"
                + " give RawSample an OtherDocument, or choose another NextSentence than RANDOM");
      };

  /**
   * Consecutive tokens of a random document that is not the sample's own.
   *
   * @param random the sample's draws: the choice is a function of them alone
   * @param maxLength the most tokens to give, at least 1
   * @return 1 to {@code maxLength} ids of the ordinary vocabulary
   */
  int[] tokens(RandomStream random, int maxLength);
}
