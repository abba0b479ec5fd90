package dev.kindling.data.shard;

import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Optional;
import scala.Tuple2;

/** Sums over pieces, from which the shards are planned and the baselines computed. */
final class TokenStatistics implements Serializable {
  private static final long serialVersionUID = 1L;

  private final TokenType type;
  private final long[][] bucketTokens = new long[Split.COUNT][PieceKey.NUM_BUCKETS];
  private final long[][] idCounts;
  private final long[] documents = new long[Split.COUNT];
  private final long[] textBytes = new long[Split.COUNT];
  private String problem;

  TokenStatistics(int vocabSize) {
    this.type = TokenType.forVocabSize(vocabSize);
    this.idCounts = new long[Split.COUNT][vocabSize];
  }

  /** Adds the pieces of one partition. */
  TokenStatistics addAll(Iterator<Tuple2<byte[], byte[]>> pieces) {
    while (pieces.hasNext()) {
      Tuple2<byte[], byte[]> piece = pieces.next();
      if (PieceKey.isProblem(piece._1())) {
        addProblem(new String(piece._2(), StandardCharsets.UTF_8));
      } else {
        add(piece._1(), piece._2());
      }
    }
    return this;
  }

  /** Adds the sums of another partition. */
  TokenStatistics merge(TokenStatistics other) {
    for (Split split : Split.values()) {
      int s = split.code();
      addInPlace(bucketTokens[s], other.bucketTokens[s]);
      addInPlace(idCounts[s], other.idCounts[s]);
      documents[s] += other.documents[s];
      textBytes[s] += other.textBytes[s];
    }
    if (other.problem != null) {
      addProblem(other.problem);
    }
    return this;
  }

  /** How tokens of this vocabulary are stored. */
  TokenType type() {
    return type;
  }

  long tokens(Split split) {
    return Arrays.stream(bucketTokens[split.code()]).sum();
  }

  long documents(Split split) {
    return documents[split.code()];
  }

  /** UTF-8 bytes of the split's text. */
  long textBytes(Split split) {
    return textBytes[split.code()];
  }

  /** The tokens of each bucket of {@link PieceKey#bucket}. */
  long[] bucketTokens(Split split) {
    return bucketTokens[split.code()];
  }

  /** Why a document cannot be encoded: the first such message in alphabetical order. */
  Optional<String> problem() {
    return Optional.ofNullable(problem);
  }

  /**
   * The cross-entropy of the validation tokens in nats per token under the frequencies of the
   * training tokens, each id counted once more than it occurs (Laplace): what a model that looks at
   * no context can reach.
   */
  double unigramLoss() {
    long[] train = idCounts[Split.TRAIN.code()];
    long[] validation = idCounts[Split.VALIDATION.code()];
    double logTotal = Math.log((double) tokens(Split.TRAIN) + train.length);
    double sum = 0;
    for (int id = 0; id < train.length; id++) {
      if (validation[id] > 0) {
        sum += validation[id] * (logTotal - Math.log(train[id] + 1.0));
      }
    }
    return sum / tokens(Split.VALIDATION);
  }

  private void add(byte[] key, byte[] value) {
    int split = PieceKey.split(key).code();
    byte[] tokens = PieceValue.decode(value).bytes();
    int[] ids = new int[tokens.length / type.bytes()];
    type.get(ByteBuffer.wrap(tokens).order(ByteOrder.LITTLE_ENDIAN), ids, 0, ids.length);
    for (int id : ids) {
      idCounts[split][id]++;
    }
    bucketTokens[split][PieceKey.bucket(key)] += ids.length;
    documents[split]++;
    textBytes[split] += PieceKey.numTextBytes(key);
  }

  private void addProblem(String message) {
    if (problem == null || message.compareTo(problem) < 0) {
      problem = message;
    }
  }

  private static void addInPlace(long[] sums, long[] others) {
    for (int i = 0; i < sums.length; i++) {
      sums[i] += others[i];
    }
  }
}
