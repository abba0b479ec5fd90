package dev.kindling.data.shard;

import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.TaskContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;
import scala.Tuple2;

/**
 * Writes the shards of one range of documents, on an executor. Every attempt writes below a name of
 * its own, so that a retried or speculative twin cannot touch its files; the driver gives final
 * names to the files of the attempt whose result it got. What an attempt has finished it notes, for
 * a run that comes after one that was killed.
 */
final class ShardTask implements Serializable {
  private static final long serialVersionUID = 1L;

  private final Broadcast<SerializableConfiguration> hadoop;
  private final String directory;
  private final TokenType type;
  private final long shardTokens;
  private final int packedLength;
  private final int fillerId;

  /**
   * @param directory where the attempts' directories go
   * @param config decides where shards end, and whether training documents are packed
   * @param fillerId the token that fills packed sequences up
   */
  ShardTask(
      Broadcast<SerializableConfiguration> hadoop,
      Path directory,
      TokenType type,
      TokenizeConfig config,
      int fillerId) {
    this.hadoop = hadoop;
    this.directory = directory.toString();
    this.type = type;
    this.shardTokens = config.shardTokens();
    this.packedLength = config.packedLength();
    this.fillerId = fillerId;
  }

  /**
   * Writes pieces that come in their order.
   *
   * @return one list: the shards of the range, empty where no pieces come
   */
  Iterator<List<WrittenShard>> write(Iterator<Tuple2<byte[], byte[]>> pieces) throws IOException {
    TaskContext context = TaskContext.get();
    Path attempt =
        FinishedRanges.attempt(directory, context.partitionId(), context.taskAttemptId());
    FileSystem fs = attempt.getFileSystem(hadoop.value().value());
    List<WrittenShard> written = new ArrayList<>();
    Tuple2<byte[], byte[]> next = pieces.hasNext() ? pieces.next() : null;
    while (next != null) {
      Path bin = new Path(attempt, TokenShards.binName("shard", written.size()));
      Split split = PieceKey.split(next._1());
      try (TokenShardWriter shard = new TokenShardWriter(fs, split, bin, type)) {
        boolean packs = packedLength > 0 && split == Split.TRAIN;
        PackedDocuments packed = new PackedDocuments(shard, type, packedLength, fillerId);
        long inShard = 0;
        do {
          PieceValue document = PieceValue.decode(next._2());
          if (packs) {
            packed.add(document.bytes());
          } else {
            shard.add(document.bytes(), document.lengths());
          }
          inShard += numTokens(next);
          next = pieces.hasNext() ? pieces.next() : null;
        } while (next != null && inShard + numTokens(next) <= shardTokens);
        packed.write();
        written.add(shard.finish());
      }
    }
    if (!written.isEmpty()) {
      FinishedRanges.note(fs, attempt, written);
    }
    return List.of(written).iterator();
  }

  private long numTokens(Tuple2<byte[], byte[]> piece) {
    return PieceValue.numTokenBytes(piece._2()) / type.bytes();
  }
}
