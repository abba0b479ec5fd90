package dev.kindling.spark.train;

import dev.kindling.model.train.LocalTrainer;
import dev.kindling.spark.config.DataParallelismConfig.InnerState;
import dev.kindling.spark.parallel.ParameterShard;
import dev.kindling.spark.parallel.ShardLayout;
import dev.kindling.spark.parallel.WorkerState;
import java.util.Arrays;

/**
 * A replica's AdamW moments inside its task: its own, or put together from the shards' averages.
 *
 * @param first little-endian F32, empty for zero and where the optimiser has none
 * @param second little-endian F32, empty for zero and where the optimiser has none
 */
// The arrays are payload of a record that is never compared.
@SuppressWarnings("ArrayRecordComponent")
record Moments(byte[] first, byte[] second) {

  static Moments none() {
    return new Moments(new byte[0], new byte[0]);
  }

  /** The replica's own moments; room for those of the shards where it has none yet. */
  static Moments of(WorkerState state, ReplicaSpec spec) {
    if (spec.optimizer().numMoments() == 0) {
      return none();
    }
    if (!state.isFresh()) {
      return new Moments(state.firstMoments(), state.secondMoments());
    }
    int numBytes = Math.toIntExact(spec.layout().numBytes());
    return new Moments(new byte[numBytes], new byte[numBytes]);
  }

  /** The trainer's moments, where the policy has a use for them. */
  static Moments readFrom(LocalTrainer trainer, ReplicaSpec spec) {
    if (spec.innerState() == InnerState.RESET || spec.optimizer().numMoments() == 0) {
      return none();
    }
    int numBytes = Math.toIntExact(spec.layout().numBytes());
    Moments moments = new Moments(new byte[numBytes], new byte[numBytes]);
    trainer.readMoments(moments.first, moments.second);
    return moments;
  }

  /** Copies averaged moments from a shard that has them into their place. */
  void place(ParameterShard shard, ShardLayout layout) {
    if (first.length == 0) {
      return;
    }
    int at = Math.toIntExact(layout.byteOffset(shard.shard()));
    System.arraycopy(shard.firstMoments(), 0, first, at, shard.firstMoments().length);
    System.arraycopy(shard.secondMoments(), 0, second, at, shard.secondMoments().length);
  }

  void writeTo(LocalTrainer trainer) {
    if (first.length > 0) {
      trainer.writeMoments(first, second);
    }
  }

  /** The part of a shard; empty where the moments are. */
  Moments part(int shard, ShardLayout layout) {
    if (first.length == 0) {
      return none();
    }
    int from = Math.toIntExact(layout.byteOffset(shard));
    int to = from + layout.byteLength(shard);
    return new Moments(Arrays.copyOfRange(first, from, to), Arrays.copyOfRange(second, from, to));
  }
}
