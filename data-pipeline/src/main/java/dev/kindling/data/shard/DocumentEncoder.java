package dev.kindling.data.shard;

import dev.kindling.data.IntList;
import dev.kindling.data.InvalidInputException;
import dev.kindling.data.manifest.Checksums;
import dev.kindling.data.signal.Sentences;
import dev.kindling.data.tokenizer.Tokenizer;
import dev.kindling.data.tokenizer.TokenizerFile;
import java.io.Serializable;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.StreamSupport;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;
import scala.Tuple2;

/**
 * Turns documents into {@link PieceKey pieces} of token bytes: the whole document for the split
 * that its hash chooses, or its head for training and its tail for validation. Every piece ends
 * with the end-of-text id, where the tokenizer has one.
 */
final class DocumentEncoder implements Serializable {
  private static final long serialVersionUID = 1L;

  /** A guess, for the room that is made for tokens at first. */
  private static final int CHARACTERS_PER_TOKEN = 4;

  private final Broadcast<byte[]> tokenizerJson;
  private final boolean byTail;
  private final double fraction;
  private final boolean keepsSentences;

  /**
   * @param byTail whether the end of every document is held out, instead of whole documents
   * @param fraction what is held out
   * @param keepsSentences whether every sentence is a sequence of its own
   */
  DocumentEncoder(
      Broadcast<byte[]> tokenizerJson, boolean byTail, double fraction, boolean keepsSentences) {
    this.tokenizerJson = tokenizerJson;
    this.byTail = byTail;
    this.fraction = fraction;
    this.keepsSentences = keepsSentences;
  }

  /**
   * Encodes rows of (id, text). A text that the tokenizer cannot encode becomes a problem, so that
   * the driver can report it as what it is and not as a failed task.
   */
  Iterator<Tuple2<byte[], byte[]>> encode(Iterator<Row> documents) {
    Tokenizer tokenizer = TokenizerFile.parse(tokenizerJson.value());
    Iterable<Row> rows = () -> documents;
    return StreamSupport.stream(rows.spliterator(), false)
        .flatMap(row -> encode(tokenizer, row.getString(0), row.getString(1)).stream())
        .iterator();
  }

  private List<Tuple2<byte[], byte[]>> encode(Tokenizer tokenizer, String id, String text) {
    byte[] hash = Checksums.newSha256().digest(text.getBytes(StandardCharsets.UTF_8));
    List<Tuple2<byte[], byte[]>> pieces = new ArrayList<>();
    try {
      if (byTail) {
        int cut = trainCharacters(text.codePointCount(0, text.length()), fraction);
        int index = text.offsetByCodePoints(0, cut);
        add(pieces, tokenizer, Split.TRAIN, hash, text.substring(0, index));
        add(pieces, tokenizer, Split.VALIDATION, hash, text.substring(index));
      } else {
        Split split = isHeldOut(hash, fraction) ? Split.VALIDATION : Split.TRAIN;
        add(pieces, tokenizer, split, hash, text);
      }
    } catch (InvalidInputException e) {
      String problem = "document " + id + ": " + e.getMessage().lines().findFirst().orElseThrow();
      return List.of(
          new Tuple2<>(PieceKey.problem(hash), problem.getBytes(StandardCharsets.UTF_8)));
    }
    return pieces;
  }

  /** Exactly floor((1 - fraction) * characters), for the fraction as it is written in decimal. */
  static int trainCharacters(int numCharacters, double fraction) {
    return BigDecimal.ONE
        .subtract(BigDecimal.valueOf(fraction))
        .multiply(BigDecimal.valueOf(numCharacters))
        .setScale(0, RoundingMode.FLOOR)
        .intValueExact();
  }

  /** Decides by other bytes of the hash than those that order the documents. */
  private static boolean isHeldOut(byte[] hash, double fraction) {
    long bits = ByteBuffer.wrap(hash).getLong(Long.BYTES * 3);
    return (bits >>> 11) * 0x1.0p-53 < fraction;
  }

  private void add(
      List<Tuple2<byte[], byte[]>> pieces,
      Tokenizer tokenizer,
      Split split,
      byte[] hash,
      String text) {
    if (text.isEmpty()) {
      return;
    }
    List<String> parts = keepsSentences ? Sentences.split(text) : List.of(text);
    OptionalInt endOfText = tokenizer.endOfTextId();
    IntList ids = new IntList(text.length() / CHARACTERS_PER_TOKEN);
    int[] lengths = new int[parts.size()];
    for (int i = 0; i < lengths.length; i++) {
      int before = ids.size();
      ids.addAll(tokenizer.encode(parts.get(i)));
      if (i == lengths.length - 1) {
        endOfText.ifPresent(ids::add);
      }
      lengths[i] = ids.size() - before;
    }
    TokenType type = TokenType.forVocabSize(tokenizer.vocabSize());
    int numBytes = text.getBytes(StandardCharsets.UTF_8).length;
    pieces.add(
        new Tuple2<>(
            PieceKey.of(split, hash, numBytes), PieceValue.encode(type, ids.toArray(), lengths)));
  }
}
