package dev.kindling.data.dedup;

import dev.kindling.data.InvalidInputException;
import dev.kindling.data.dedup.minhash.KeepRule;
import dev.kindling.data.dedup.minhash.MinHashConfig;
import java.io.Serializable;

/**
 * Which lines are boilerplate, how near-duplicates are found and which of them stays, as it stands
 * in a configuration.
 *
 * @param repeatedLineDocuments lines that so many documents have are removed first; 0 removes none
 * @param shingleSize words in a shingle
 * @param bands bands of hashes; two documents that agree in one are compared
 * @param rows hashes in a band
 * @param minJaccard the similarity from which two compared documents are duplicates; 0 takes all
 *     that agree in a band
 * @param keep {@code longest}, {@code oldest:COLUMN} or {@code best:COLUMN}
 */
public record DeduplicateConfig(
    int repeatedLineDocuments, int shingleSize, int bands, int rows, double minJaccard, String keep)
    implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final long SEED = 1;
  private static final int SKETCH_SIZE = 512;

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
    minHash(shingleSize, bands, rows, minJaccard, keep);
  }

  /** The settings of the algorithm. */
  public MinHashConfig minHash() {
    return minHash(shingleSize, bands, rows, minJaccard, keep);
  }

  private static MinHashConfig minHash(
      int shingleSize, int bands, int rows, double minJaccard, String keep) {
    return new MinHashConfig(
        shingleSize, bands, rows, SEED, SKETCH_SIZE, minJaccard, KeepRule.parse(keep));
  }
}
