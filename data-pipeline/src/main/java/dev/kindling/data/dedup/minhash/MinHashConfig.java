package dev.kindling.data.dedup.minhash;

import dev.kindling.data.InvalidInputException;
import java.io.Serializable;

/**
 * How near-duplicates are found, and which of them stays.
 *
 * @param shingleSize the words in a shingle; in scripts without spaces, the characters
 * @param bands the number of bands b; two documents that agree in one of them are compared
 * @param rows the number r of minimum hashes in a band
 * @param seed of the hash functions; documents are only comparable under the same seed
 * @param sketchSize the shingles kept for the comparison, at 4 bytes each: texts of fewer distinct
 *     shingles are compared exactly, longer ones by a fair sample of this size
 * @param minJaccard pairs that agree in a band are duplicates from this Jaccard similarity of their
 *     shingle sets on; at 0 all of them are, without a comparison
 * @param keep which document of a cluster stays
 */
public record MinHashConfig(
    int shingleSize,
    int bands,
    int rows,
    long seed,
    int sketchSize,
    double minJaccard,
    KeepRule keep)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /**
   * @throws InvalidInputException if a value is out of range
   */
  public MinHashConfig {
    requireInRange("shingleSize", shingleSize, 1, 1_000);
    requireInRange("bands", bands, 1, 10_000);
    requireInRange("rows", rows, 1, 10_000);
    requireInRange("sketchSize", sketchSize, 16, 1_000_000);
    if (!(minJaccard >= 0 && minJaccard <= 1)) {
      throw new InvalidInputException(
          "minhash.minJaccard is " + minJaccard, "0 to 1", "choose another value");
    }
    keep = keep == null ? new KeepRule.Longest() : keep;
  }

  /**
   * The shingles and bands of FineWeb: 5 words, 14 bands of 8 (Penedo et al. 2024), with pairs
   * compared at a Jaccard similarity of 0.8; the longest document stays.
   */
  public static MinHashConfig defaults() {
    return new MinHashConfig(5, 14, 8, 1, 512, 0.8, new KeepRule.Longest());
  }

  /** The same with other bands. */
  public MinHashConfig withBands(int newBands, int newRows) {
    return new MinHashConfig(shingleSize, newBands, newRows, seed, sketchSize, minJaccard, keep);
  }

  /** The same with another least similarity. */
  public MinHashConfig withMinJaccard(double newMinJaccard) {
    return new MinHashConfig(shingleSize, bands, rows, seed, sketchSize, newMinJaccard, keep);
  }

  /** The same with another rule of what stays. */
  public MinHashConfig withKeep(KeepRule newKeep) {
    return new MinHashConfig(shingleSize, bands, rows, seed, sketchSize, minJaccard, newKeep);
  }

  /** The number of hash functions, b × r. */
  public int numHashes() {
    return bands * rows;
  }

  /**
   * The probability that two documents agree in at least one band, 1 - (1 - s^r)^b.
   *
   * @param jaccard the similarity s of their shingle sets, 0 to 1
   */
  public double candidateProbability(double jaccard) {
    return 1 - Math.pow(1 - Math.pow(jaccard, rows), bands);
  }

  private static void requireInRange(String name, int value, int least, int most) {
    if (value < least || value > most) {
      throw new InvalidInputException(
          "minhash." + name + " is " + value, least + " to " + most, "choose another value");
    }
  }
}
