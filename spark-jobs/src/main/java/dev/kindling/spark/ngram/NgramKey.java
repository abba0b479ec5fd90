package dev.kindling.spark.ngram;

import java.io.Serializable;
import java.util.Arrays;
import java.util.Comparator;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.functions;

/**
 * N-grams as bytes, each token big-endian in as few as the vocabulary needs: the order of the
 * bytes, as Spark sorts binary columns, is that of the tokens.
 *
 * @param bytesPerToken 1 to 4
 */
record NgramKey(int bytesPerToken) implements Serializable {
  private static final long serialVersionUID = 1L;

  /** The order of the tokens. */
  static final class Order implements Comparator<byte[]>, Serializable {
    private static final long serialVersionUID = 1L;

    @Override
    public int compare(byte[] one, byte[] other) {
      return Arrays.compareUnsigned(one, other);
    }
  }

  static NgramKey ofVocabulary(int vocabSize) {
    int bits = Integer.SIZE - Integer.numberOfLeadingZeros(vocabSize - 1);
    return new NgramKey(Math.max(1, (bits + Byte.SIZE - 1) / Byte.SIZE));
  }

  /** The first {@code length} tokens. */
  byte[] encode(int[] tokens, int length) {
    byte[] key = new byte[length * bytesPerToken];
    for (int i = 0, at = 0; i < length; i++) {
      for (int shift = (bytesPerToken - 1) * Byte.SIZE; shift >= 0; shift -= Byte.SIZE) {
        key[at++] = (byte) (tokens[i] >>> shift);
      }
    }
    return key;
  }

  /** The token at some place of the n-gram. */
  int token(byte[] key, int index) {
    int token = 0;
    for (int i = index * bytesPerToken; i < (index + 1) * bytesPerToken; i++) {
      token = (token << Byte.SIZE) | Byte.toUnsignedInt(key[i]);
    }
    return token;
  }

  /** The first tokens of n-grams. */
  Column first(Column ngrams, int numTokens) {
    return functions.substring(ngrams, 1, numTokens * bytesPerToken);
  }

  /** N-grams without their first token. */
  Column withoutFirst(Column ngrams, int order) {
    return functions.substring(ngrams, bytesPerToken + 1, (order - 1) * bytesPerToken);
  }

  /** The n-gram of one token. */
  Column ofToken(Column token) {
    return functions.unhex(functions.lpad(functions.hex(token), 2 * bytesPerToken, "0"));
  }
}
