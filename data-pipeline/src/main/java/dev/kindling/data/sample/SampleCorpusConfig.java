package dev.kindling.data.sample;

import dev.kindling.data.InvalidInputException;

/**
 * The size of an embedded corpus.
 *
 * @param seed equal seeds and sizes give equal bytes
 * @param documents how many clean stories to write, before defects are planted
 */
public record SampleCorpusConfig(long seed, int documents) {
  /** So that the defects, about a quarter more, can still be counted in an int. */
  private static final int MAX_DOCUMENTS = 1_000_000_000;

  /**
   * @throws InvalidInputException if the size is out of range
   */
  public SampleCorpusConfig {
    if (documents < 1 || documents > MAX_DOCUMENTS) {
      throw new InvalidInputException(
          "a sample corpus of " + documents + " documents",
          "1 to " + MAX_DOCUMENTS + " documents",
          "choose another size");
    }
  }
}
