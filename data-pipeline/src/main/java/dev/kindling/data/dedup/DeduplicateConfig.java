package dev.kindling.data.dedup;

import dev.kindling.data.InvalidInputException;
import dev.kindling.data.dedup.minhash.KeepRule;
import dev.kindling.data.dedup.minhash.MinHashConfig;
import java.io.Serializable;

/**
 * Which lines are boilerplate, how near-duplicates are found, which of them stays, and what becomes
 * of repeated substrings, as it stands in a configuration.
 *
 * @param repeatedLineDocuments lines that so many documents have are removed first; 0 removes none
 * @param shingleSize words in a shingle
 * @param bands bands of hashes; two documents that agree in one are compared
 * @param rows hashes in a band
 * @param minJaccard the similarity from which two compared documents are duplicates; 0 takes all
 *     that agree in a band
 * @param keep {@code longest}, {@code oldest:COLUMN} or {@code best:COLUMN}
 * @param repeatedSubstrings what becomes of text that stands in the corpus before
 * @param minSubstringTokens from so many tokens on; a token is a word, or a character of a script
 *     without spaces
 */
public record DeduplicateConfig(
    int repeatedLineDocuments,
    int shingleSize,
    int bands,
    int rows,
    double minJaccard,
    String keep,
    SubstringAction repeatedSubstrings,
    int minSubstringTokens)
    implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final long SEED = 1;
  private static final int SKETCH_SIZE = 512;
  private static final int MOST_SUBSTRING_TOKENS = 10_000;

  /**
   * @throws InvalidInputException if a value is out of range
   */
  public DeduplicateConfig {
    if (repeatedLineDocuments < 0 || repeatedLineDocuments == 1) {
      throw new InvalidInputException(
          "deduplicate.repeatedLineDocuments is " + repeatedLineDocuments,
          "0 for none, or 2 or more",
          "choose another value");
    }
    if (minSubstringTokens < 2 || minSubstringTokens > MOST_SUBSTRING_TOKENS) {
      throw new InvalidInputException(
          "deduplicate.minSubstringTokens is " + minSubstringTokens,
          "2 to " + MOST_SUBSTRING_TOKENS,
          "choose another value; 50 is that of Lee et al. (2022)");
    }
    minHash(shingleSize, bands, rows, minJaccard, keep);
  }

  /** The settings of the algorithm for near-duplicates. */
  public MinHashConfig minHash() {
    return minHash(shingleSize, bands, rows, minJaccard, keep);
  }

  private static MinHashConfig minHash(
      int shingleSize, int bands, int rows, double minJaccard, String keep) {
    return new MinHashConfig(
        shingleSize, bands, rows, SEED, SKETCH_SIZE, minJaccard, KeepRule.parse(keep));
  }
}
