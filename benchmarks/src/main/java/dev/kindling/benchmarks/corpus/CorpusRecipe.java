package dev.kindling.benchmarks.corpus;

import java.util.SplittableRandom;

/**
 * What decides a corpus: every document is a function of the seed, its number and how many there
 * are.
 *
 * @param version of the way in which texts are made
 * @param seed of everything random
 * @param numDocuments in all files
 * @param numFiles that they are spread over
 */
public record CorpusRecipe(int version, long seed, long numDocuments, int numFiles) {
  private static final int VERSION = 1;
  private static final long SEED = 1337;
  private static final long BYTES_PER_DOCUMENT = 4570;
  private static final long BYTES_PER_FILE = 16_000_000;
  private static final int FEWEST_FILES = 8;
  private static final int KINDS = 1;
  private static final int SOURCES = 2;

  /** A corpus of about so many bytes before compression. */
  public static CorpusRecipe ofBytes(long bytes) {
    return new CorpusRecipe(
        VERSION,
        SEED,
        Math.max(bytes / BYTES_PER_DOCUMENT, 1),
        (int) Math.max(FEWEST_FILES, bytes / BYTES_PER_FILE));
  }

  /** The number of the first document of a file. */
  long firstDocument(int file) {
    return numDocuments * file / numFiles;
  }

  Kind kind(long document) {
    return Kind.at(random(document, KINDS).nextInt(1000));
  }

  /** The original that a duplicate is of. */
  long source(long duplicate) {
    SplittableRandom random = random(duplicate, SOURCES);
    long source;
    do {
      source = random.nextLong(numDocuments);
    } while (kind(source) != Kind.ORIGINAL && source != 0);
    return source;
  }

  /** What one property of one document is drawn from. */
  SplittableRandom random(long document, int purpose) {
    return new SplittableRandom(
        new SplittableRandom(seed + document * 0x9E3779B97F4A7C15L).nextLong() + purpose);
  }
}
