package dev.kindling.spark.train;

import dev.kindling.model.layout.PartRuns;
import dev.kindling.model.nn.ParameterStore;
import dev.kindling.spark.parallel.ShardLayout;
import java.util.ArrayList;
import java.util.List;

/** What a part has of one shard: between the shard's bytes, the part's store, and what is sent. */
final class ShardRuns {
  private final List<PartRuns.Run> runs;
  private final long firstElement;

  ShardRuns(PartRuns runs, ShardLayout layout, int shard) {
    this.firstElement = layout.offset(shard);
    this.runs = runs.within(firstElement, firstElement + layout.length(shard));
  }

  int numBytes() {
    return Math.toIntExact(
        runs.stream().mapToLong(PartRuns.Run::length).sum() * ShardLayout.ELEMENT_BYTES);
  }

  /** The part's bytes of a shard's vector, behind each other; nothing of nothing. */
  byte[] extract(byte[] ofShard) {
    if (ofShard.length == 0) {
      return ofShard;
    }
    byte[] extracted = new byte[numBytes()];
    int at = 0;
    for (PartRuns.Run run : runs) {
      System.arraycopy(ofShard, shardByte(run), extracted, at, bytes(run));
      at += bytes(run);
    }
    return extracted;
  }

  /** The reverse of {@link #extract}. */
  void place(byte[] extracted, byte[] ofShard) {
    int at = 0;
    for (PartRuns.Run run : runs) {
      System.arraycopy(extracted, at, ofShard, shardByte(run), bytes(run));
      at += bytes(run);
    }
  }

  /** Copies what {@link #extract} gave into the part's store. */
  void write(byte[] extracted, ParameterStore store) {
    int at = 0;
    for (PartRuns.Run run : stored()) {
      store.writeBytes(run.localOffset(), (int) run.length(), extracted, at);
      at += bytes(run);
    }
  }

  /**
   * The runs as they lie in the part's store, where those that follow each other are one: a slice
   * has a run for every row of a matrix, and a copy from or to a device for each would take long.
   */
  private List<PartRuns.Run> stored() {
    List<PartRuns.Run> stored = new ArrayList<>();
    for (PartRuns.Run run : runs) {
      PartRuns.Run last = stored.isEmpty() ? null : stored.get(stored.size() - 1);
      if (last != null && last.localOffset() + last.length() == run.localOffset()) {
        stored.set(
            stored.size() - 1,
            new PartRuns.Run(last.wholeOffset(), last.localOffset(), last.length() + run.length()));
      } else {
        stored.add(run);
      }
    }
    return stored;
  }

  /** What {@link #extract} would give, from the part's store. */
  byte[] read(ParameterStore store) {
    byte[] extracted = new byte[numBytes()];
    int at = 0;
    for (PartRuns.Run run : stored()) {
      store.readBytes(run.localOffset(), (int) run.length(), extracted, at);
      at += bytes(run);
    }
    return extracted;
  }

  private int shardByte(PartRuns.Run run) {
    return Math.toIntExact((run.wholeOffset() - firstElement) * ShardLayout.ELEMENT_BYTES);
  }

  private static int bytes(PartRuns.Run run) {
    return Math.toIntExact(run.length() * ShardLayout.ELEMENT_BYTES);
  }
}
