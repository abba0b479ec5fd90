package dev.kindling.data.shard;

import dev.kindling.data.IntList;
import dev.kindling.data.shard.TokenIndex.Starts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntToLongFunction;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Where the documents of a split begin and end in its sequence of tokens. The index of a shard is
 * read when something of it is asked for, and kept while there is room. Not thread-safe.
 */
public final class TokenDocuments {
  /** Memory for indexes, at 12 bytes or less for a sequence: 48 MiB. */
  private static final long MAX_KEPT_SEQUENCES = 1L << 22;

  private final FileSystem fs;
  private final List<Path> indexes;
  private final List<TokenIndex> shards;

  /** The position of the first token of each shard, and the end. */
  private final long[] firstTokens;

  /** The number of the first document of each shard, and how many there are. */
  private final long[] firstDocuments;

  private final Map<Integer, Starts> starts = new LinkedHashMap<>(16, 0.75f, true);
  private long numKept;

  /**
   * A document.
   *
   * @param number among those of the split, from 0
   * @param start the position of its first token
   * @param end the position behind its last token
   */
  public record Span(long number, long start, long end) {
    /** Its tokens; 0 for an empty text where nothing ends a document. */
    public long length() {
      return end - start;
    }
  }

  TokenDocuments(FileSystem fs, List<Path> indexes, List<TokenIndex> shards) {
    this.fs = fs;
    this.indexes = new ArrayList<>(indexes);
    this.shards = new ArrayList<>(shards);
    this.firstTokens = new long[shards.size() + 1];
    this.firstDocuments = new long[shards.size() + 1];
    for (int shard = 0; shard < shards.size(); shard++) {
      firstTokens[shard + 1] = firstTokens[shard] + shards.get(shard).numTokens();
      firstDocuments[shard + 1] = firstDocuments[shard] + shards.get(shard).numDocuments();
    }
  }

  /** All documents of the split. */
  public long size() {
    return firstDocuments[shards.size()];
  }

  /**
   * The document of a number.
   *
   * @throws IndexOutOfBoundsException if there is none
   * @throws UncheckedIOException if the filesystem fails
   */
  public Span get(long number) {
    Objects.checkIndex(number, size());
    int shard = lastAtMost(i -> firstDocuments[i], number, shards.size());
    return span(shard, (int) (number - firstDocuments[shard]));
  }

  /**
   * The document that a token belongs to.
   *
   * @param position of the token in the split
   * @throws IndexOutOfBoundsException if there is no such token
   * @throws UncheckedIOException if the filesystem fails
   */
  public Span at(long position) {
    Objects.checkIndex(position, firstTokens[shards.size()]);
    int shard = lastAtMost(i -> firstTokens[i], position, shards.size());
    Starts ofShard = starts(shard);
    int sequence =
        lastAtMost(
            i -> ofShard.sequences()[i],
            position - firstTokens[shard],
            shards.get(shard).numSequences());
    return span(
        shard, lastAtMost(i -> ofShard.documents()[i], sequence, shards.get(shard).numDocuments()));
  }

  /**
   * The ends of the sequences in some consecutive tokens: of sentences, where they are kept.
   *
   * @param start the position of the first token
   * @param end the position behind the last token
   * @return counted from {@code start}, rising, above 0 and at most the number of tokens
   */
  public int[] sequenceEnds(long start, long end) {
    IntList ends = new IntList(16);
    for (int shard = lastAtMost(i -> firstTokens[i], start, shards.size());
        shard < shards.size();
        shard++) {
      if (firstTokens[shard] >= end) {
        break;
      }
      long[] sequences = starts(shard).sequences();
      int first =
          lastAtMost(i -> sequences[i], Math.max(0, start - firstTokens[shard]), sequences.length);
      for (int i = first + 1; i < sequences.length; i++) {
        long at = firstTokens[shard] + sequences[i] - start;
        if (at > end - start) {
          break;
        }
        if (at > 0 && sequences[i] > sequences[i - 1]) {
          ends.add((int) at);
        }
      }
    }
    return ends.toArray();
  }

  private Span span(int shard, int document) {
    Starts ofShard = starts(shard);
    return new Span(
        firstDocuments[shard] + document,
        firstTokens[shard] + ofShard.document(document),
        firstTokens[shard] + ofShard.document(document + 1));
  }

  /** The last of the first {@code count} sorted values that is not above {@code value}. */
  private static int lastAtMost(IntToLongFunction sorted, long value, int count) {
    int low = 0;
    int high = count - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (sorted.applyAsLong(middle) <= value) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  private Starts starts(int shard) {
    Starts known = starts.get(shard);
    if (known != null) {
      return known;
    }
    TokenIndex index = shards.get(shard);
    while (!starts.isEmpty() && numKept + index.numSequences() > MAX_KEPT_SEQUENCES) {
      int leastRecentlyUsed = starts.keySet().iterator().next();
      numKept -= starts.remove(leastRecentlyUsed).sequences().length - 1;
    }
    try {
      Starts read = index.readStarts(fs, indexes.get(shard));
      starts.put(shard, read);
      numKept += index.numSequences();
      return read;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + indexes.get(shard), e);
    }
  }
}
