package dev.kindling.data.shard;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kindling.data.InvalidInputException;
import dev.kindling.data.manifest.Manifest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;

/**
 * One split of a token directory as one long sequence of ids, read at random; of a mixture, the
 * splits of all parts one after the other. Opening it reads the manifest and the ends of the
 * indexes only. Not thread-safe; every task opens its own.
 *
 * <p>A read is one positioned read per shard that it touches, into a buffer that is kept, on a
 * stream that stays open: a window takes a few microseconds on a local disk.
 */
public final class TokenSet implements AutoCloseable {
  /** The manifest's kind of a token directory. */
  public static final String KIND = "tokens";

  /** The key of {@link #packedLength(JsonNode)} in a manifest's details. */
  static final String PACKED_LENGTH = "packedLength";

  /** The key of {@link #keepsSentences(JsonNode)} in a manifest's details. */
  static final String SENTENCES = "sentences";

  /** Open streams; more shards than that take turns. */
  private static final int MAX_OPEN_STREAMS = 128;

  private final FileSystem fs;
  private final List<Path> shards = new ArrayList<>();

  /** The position after each shard's last token. */
  private final long[] ends;

  private final TokenType type;
  private final TokenDocuments documents;
  private final int packedLength;
  private final boolean keepsSentences;
  private final Map<Integer, FSDataInputStream> streams = new LinkedHashMap<>(16, 0.75f, true);
  private byte[] bytes = new byte[0];
  private ByteBuffer buffer = ByteBuffer.wrap(bytes);

  private TokenSet(
      FileSystem fs,
      List<Path> shards,
      long[] ends,
      TokenType type,
      TokenDocuments documents,
      int packedLength,
      boolean keepsSentences) {
    this.fs = fs;
    this.shards.addAll(shards);
    this.ends = ends.clone();
    this.type = type;
    this.documents = documents;
    this.packedLength = packedLength;
    this.keepsSentences = keepsSentences;
  }

  /**
   * Opens one split.
   *
   * @param split {@code train} or {@code validation}
   * @throws InvalidInputException if the directory has no valid manifest or split, or a shard's
   *     index is corrupt or does not agree with the shard
   */
  public static TokenSet open(Configuration hadoop, Path directory, String split) {
    Manifest manifest = Manifest.require(hadoop, directory, KIND);
    int vocabSize = manifest.details().path("vocabSize").asInt();
    List<Path> shards = new ArrayList<>();
    for (Path part : Mixture.of(manifest, directory).directories()) {
      shards.addAll(shardsOf(Manifest.require(hadoop, part, KIND), part, split));
    }
    if (shards.isEmpty()) {
      throw new InvalidInputException(
          directory + " has no split '" + split + "'",
          "shards named " + TokenShards.binName(split, 0),
          "check the path, or write the shards again with `kindling tokenize`");
    }
    try {
      FileSystem fs = withoutChecksums(directory.getFileSystem(hadoop));
      long[] ends = new long[shards.size()];
      TokenType type = TokenType.forVocabSize(vocabSize);
      List<Path> idxs = new ArrayList<>();
      List<TokenIndex> indexes = new ArrayList<>();
      long end = 0;
      for (int shard = 0; shard < ends.length; shard++) {
        Path bin = shards.get(shard);
        Path idx = TokenShards.indexOf(bin);
        TokenIndex index = TokenIndex.read(fs, idx, fs.getFileStatus(bin).getLen());
        index.type().requireRoomFor(vocabSize, idx);
        idxs.add(idx);
        indexes.add(index);
        end += index.numTokens();
        ends[shard] = end;
      }
      int packedLength = split.equals(Split.TRAIN.label()) ? packedLength(manifest.details()) : 0;
      return new TokenSet(
          fs,
          shards,
          ends,
          type,
          new TokenDocuments(fs, idxs, indexes),
          packedLength,
          keepsSentences(manifest.details()));
    } catch (IOException e) {
      throw new InvalidInputException(
          "the split '" + split + "' of " + directory + " cannot be read: " + e.getMessage(),
          "every .bin and .idx file that its manifest names",
          "restore the files, or delete the directory and run `kindling tokenize` again",
          e);
    }
  }

  /** The tokens of a packed training sequence, from a manifest's details; 0 where none is. */
  public static int packedLength(JsonNode details) {
    return details.path(PACKED_LENGTH).asInt();
  }

  /** Whether every sentence is a sequence of its own, from a manifest's details. */
  public static boolean keepsSentences(JsonNode details) {
    return details.path(SENTENCES).asBoolean();
  }

  private static List<Path> shardsOf(Manifest manifest, Path directory, String split) {
    return manifest.files().stream()
        .filter(entry -> TokenShards.isShardOf(split, entry.path()))
        .map(entry -> new Path(directory, entry.path()))
        // From 100000 shards on, names are longer and their order is no longer the manifest's.
        .sorted(
            Comparator.comparingInt((Path path) -> path.getName().length())
                .thenComparing(Path::getName))
        .toList();
  }

  /** All tokens of the split. */
  public long numTokens() {
    return ends[ends.length - 1];
  }

  /** The tokens of a packed sequence, of which the split is made; 0 where documents follow on. */
  public int packedLength() {
    return packedLength;
  }

  /** Whether {@link TokenDocuments#sequenceEnds} are the ends of sentences. */
  public boolean keepsSentences() {
    return keepsSentences;
  }

  /** Where its documents begin and end. */
  public TokenDocuments documents() {
    return documents;
  }

  /**
   * Reads {@code length} ids from {@code position}, across shard boundaries.
   *
   * @throws IndexOutOfBoundsException if the ids are not all within the split and the destination
   * @throws UncheckedIOException if the filesystem fails
   */
  public void read(long position, int[] destination, int offset, int length) {
    Objects.checkFromIndexSize(position, length, numTokens());
    Objects.checkFromIndexSize(offset, length, destination.length);
    int shard = shardOf(position);
    for (int done = 0; done < length; shard++) {
      long start = shard == 0 ? 0 : ends[shard - 1];
      int count = (int) Math.min(length - done, ends[shard] - position - done);
      readShard(shard, position + done - start, destination, offset + done, count);
      done += count;
    }
  }

  @Override
  public void close() {
    try {
      for (FSDataInputStream stream : streams.values()) {
        stream.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot close the shards", e);
    } finally {
      streams.clear();
    }
  }

  private int shardOf(long position) {
    int found = Arrays.binarySearch(ends, position + 1);
    return found >= 0 ? found : -found - 1;
  }

  private void readShard(int shard, long token, int[] destination, int offset, int count) {
    int numBytes = Math.multiplyExact(count, type.bytes());
    if (bytes.length < numBytes) {
      bytes = new byte[numBytes];
      buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
    try {
      stream(shard).readFully(token * type.bytes(), bytes, 0, numBytes);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + shards.get(shard), e);
    }
    buffer.clear();
    type.get(buffer, destination, offset, count);
  }

  private FSDataInputStream stream(int shard) throws IOException {
    FSDataInputStream open = streams.get(shard);
    if (open != null) {
      return open;
    }
    if (streams.size() >= MAX_OPEN_STREAMS) {
      int leastRecentlyUsed = streams.keySet().iterator().next();
      streams.remove(leastRecentlyUsed).close();
    }
    FSDataInputStream opened = fs.open(shards.get(shard));
    streams.put(shard, opened);
    return opened;
  }

  /**
   * Hadoop's local filesystem opens the file and its checksums anew for every positioned read; the
   * raw one below it does not. {@link TokenShards#verify} checks the content.
   */
  private static FileSystem withoutChecksums(FileSystem fs) {
    return fs instanceof LocalFileSystem local ? local.getRawFileSystem() : fs;
  }
}
