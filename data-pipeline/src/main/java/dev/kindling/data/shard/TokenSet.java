package dev.kindling.data.shard;

import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * One split of a token directory as one long sequence of ids, read at random. Opening it reads the
 * manifest and the indexes only. Not thread-safe; every task opens its own.
 */
public final class TokenSet implements AutoCloseable {
  private TokenSet() {}

  /**
   * Opens one split.
   *
   * @param split {@code train} or {@code validation}
   * @throws dev.kindling.data.InvalidInputException if the directory has no valid manifest or split
   */
  public static TokenSet open(Configuration hadoop, Path directory, String split) {
    if (split == null) {
      return new TokenSet();
    }
    throw new UnsupportedOperationException("skeleton");
  }

  /** All tokens of the split. */
  public long numTokens() {
    throw new UnsupportedOperationException("skeleton");
  }

  /** Reads {@code length} ids from {@code position}, across shard boundaries. */
  public void read(long position, int[] destination, int offset, int length) {
    throw new UnsupportedOperationException("skeleton");
  }

  @Override
  public void close() {}
}
