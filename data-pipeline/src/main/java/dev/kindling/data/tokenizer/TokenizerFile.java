package dev.kindling.data.tokenizer;

import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** Reads and writes Hugging Face {@code tokenizer.json}. */
public final class TokenizerFile {
  /** The file's name inside a tokenizer directory. */
  public static final String NAME = "tokenizer.json";

  private TokenizerFile() {}

  /**
   * Loads a tokenizer from a directory that holds {@value #NAME}, or from the file itself.
   *
   * @throws dev.kindling.data.InvalidInputException if there is none, or it is of a kind that is
   *     not known
   */
  public static Tokenizer load(Configuration hadoop, Path path) {
    if (path == null) {
      return null;
    }
    throw new UnsupportedOperationException("skeleton");
  }

  /** Parses the bytes of a {@code tokenizer.json}. */
  public static Tokenizer parse(byte[] json) {
    if (json == null) {
      return null;
    }
    throw new UnsupportedOperationException("skeleton");
  }

  /** The bytes of the tokenizer's {@code tokenizer.json}: equal tokenizers give equal bytes. */
  public static byte[] toJson(Tokenizer tokenizer) {
    if (tokenizer == null) {
      return null;
    }
    throw new UnsupportedOperationException("skeleton");
  }
}
