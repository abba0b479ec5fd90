package dev.kindling.model.backend.check;

import dev.kindling.model.backend.AttentionGradients;
import dev.kindling.model.backend.AttentionInputs;
import dev.kindling.model.backend.Backend;
import dev.kindling.model.backend.Dropout;
import dev.kindling.model.backend.Heads;
import dev.kindling.model.tensor.Tensor;
import java.util.Arrays;

/**
 * One shape and kind of attention, and its tensors in a {@link KernelRun}.
 *
 * @param placement where queries, keys and values lie
 */
public record AttentionCase(
    String description,
    Placement placement,
    int batch,
    int numQueries,
    int numKeys,
    int numHeads,
    int numKeyHeads,
    int headSize,
    boolean causal,
    boolean keyLengths,
    boolean bias,
    double dropoutRate) {
  /** Positions that a cache has room for beyond those that it holds. */
  private static final int SPARE_POSITIONS = 5;

  /** From here on, scores are always scaled. */
  private static final int SCALED_HEAD_SIZE = 32;

  /** Where queries, keys and values lie. */
  public enum Placement {
    /** All in the columns of one tensor. */
    FUSED,
    /** Queries alone, keys and values in the columns of one tensor. */
    KEYS_AND_VALUES_FUSED,
    /** Each in a tensor of its own. */
    SEPARATE,
    /** Keys and values in caches that are not full, queries beside those that went there. */
    CACHED
  }

  /** Queries, keys and values, or their gradients. */
  private record Places(Heads query, Heads key, Heads value) {}

  /** Self-attention: everything lies in one tensor. */
  public static AttentionCase fused(
      String description, int batch, int length, int numHeads, int numKeyHeads, int headSize) {
    return new AttentionCase(
        description,
        Placement.FUSED,
        batch,
        length,
        length,
        numHeads,
        numKeyHeads,
        headSize,
        false,
        false,
        false,
        0);
  }

  /** Attention of queries to other positions. */
  public static AttentionCase cross(
      String description,
      Placement placement,
      int batch,
      int numQueries,
      int numKeys,
      int numHeads,
      int headSize) {
    return new AttentionCase(
        description,
        placement,
        batch,
        numQueries,
        numKeys,
        numHeads,
        numHeads,
        headSize,
        false,
        false,
        false,
        0);
  }

  /** The same with fewer heads of keys and values. */
  public AttentionCase withKeyHeads(int number) {
    return new AttentionCase(
        description,
        placement,
        batch,
        numQueries,
        numKeys,
        numHeads,
        number,
        headSize,
        causal,
        keyLengths,
        bias,
        dropoutRate);
  }

  /** The same, in which no query sees what is behind it. */
  public AttentionCase withCausal() {
    return with(true, keyLengths, bias, dropoutRate);
  }

  /** The same with padding behind the keys. */
  public AttentionCase withKeyLengths() {
    return with(causal, true, bias, dropoutRate);
  }

  /** The same with a bias of scores. */
  public AttentionCase withBias() {
    return with(causal, keyLengths, true, dropoutRate);
  }

  /** The same with dropout of probabilities. */
  public AttentionCase withDropout(double rate) {
    return with(causal, keyLengths, bias, rate);
  }

  private AttentionCase with(boolean causal, boolean keyLengths, boolean bias, double rate) {
    return new AttentionCase(
        description,
        placement,
        batch,
        numQueries,
        numKeys,
        numHeads,
        numKeyHeads,
        headSize,
        causal,
        keyLengths,
        bias,
        rate);
  }

  /** Forward without a way back. */
  void runForward(Backend backend, KernelRun run) {
    backend.attentionForward(inputs(run), run.overwritten(outputShape()), null);
  }

  /** Forward and backward of one backend. */
  public void run(Backend backend, KernelRun run) {
    AttentionInputs inputs = inputs(run);
    Tensor output = run.overwritten(outputShape());
    Tensor statistics = statistics(backend, inputs, run);
    backend.attentionForward(inputs, output, statistics);
    Tensor outputGradient = run.input(outputShape());
    backend.attentionBackward(outputGradient, inputs, output, statistics, gradients(run));
  }

  /** Where a backend that keeps something for the way back keeps it. */
  public static Tensor statistics(Backend backend, AttentionInputs inputs, KernelRun run) {
    long size = backend.attentionStatistics(inputs);
    return size == 0 ? null : run.kept(size);
  }

  /** Of outputs and their gradients. */
  public long[] outputShape() {
    return new long[] {(long) batch * numQueries, (long) numHeads * headSize};
  }

  /** New inputs. */
  public AttentionInputs inputs(KernelRun run) {
    Places places = places(run::input);
    if (placement == Placement.CACHED) {
      spoilSpare(places.key());
      spoilSpare(places.value());
    }
    int numElements = numHeads * numQueries * numKeys;
    return new AttentionInputs(
        places.query(),
        places.key(),
        places.value(),
        // As in T5, scores with a bias are not scaled; those of large heads would be so far apart
        // that gradients show the rounding of the output to BF16.
        bias && headSize < SCALED_HEAD_SIZE ? 1 : 1 / Math.sqrt(headSize),
        causal,
        keyLengths ? run.ids(1, numKeys + 1, batch) : null,
        bias ? run.parameter(numHeads, numQueries, numKeys) : null,
        dropoutRate > 0 ? new Dropout(dropoutRate, 0xFEED_5EEDL, 3, numElements) : null);
  }

  /** Gradients to add to, which are results. */
  public AttentionGradients gradients(KernelRun run) {
    Places places = places(run::updated);
    Tensor biasGradient = bias ? run.updatedSumOfRounded(numHeads, numQueries, numKeys) : null;
    return new AttentionGradients(places.query(), places.key(), places.value(), biasGradient);
  }

  /** Gives memory for tensors. */
  private interface Allocator {
    Tensor allocate(long... shape);
  }

  private Places places(Allocator allocator) {
    long queryWidth = (long) numHeads * headSize;
    long keyWidth = (long) numKeyHeads * headSize;
    long queryRows = (long) batch * numQueries;
    long keyRows = (long) batch * numKeys;
    return switch (placement) {
      case FUSED -> {
        Tensor rows = allocator.allocate(queryRows, queryWidth + 2 * keyWidth);
        yield new Places(
            queryHeads(rows), keyHeads(rows, queryWidth), keyHeads(rows, queryWidth + keyWidth));
      }
      case KEYS_AND_VALUES_FUSED -> {
        Tensor rows = allocator.allocate(keyRows, 2 * keyWidth);
        yield new Places(
            queryHeads(allocator.allocate(queryRows, queryWidth)),
            keyHeads(rows, 0),
            keyHeads(rows, keyWidth));
      }
      case SEPARATE ->
          new Places(
              queryHeads(allocator.allocate(queryRows, queryWidth)),
              keyHeads(allocator.allocate(keyRows, keyWidth), 0),
              keyHeads(allocator.allocate(keyRows, keyWidth), 0));
      case CACHED ->
          new Places(
              queryHeads(allocator.allocate(queryRows, queryWidth + 2 * keyWidth)),
              cachedHeads(allocator, keyWidth),
              cachedHeads(allocator, keyWidth));
    };
  }

  private Heads queryHeads(Tensor rows) {
    return Heads.of(rows, batch, 0, numHeads, headSize);
  }

  private Heads keyHeads(Tensor rows, long firstColumn) {
    return Heads.of(rows, batch, firstColumn, numKeyHeads, headSize);
  }

  private Heads cachedHeads(Allocator allocator, long width) {
    long capacity = (long) numKeys + SPARE_POSITIONS;
    Tensor cache = allocator.allocate(batch, capacity, width);
    return new Heads(cache, 0, batch, numKeys, numKeyHeads, headSize, capacity * width, width);
  }

  /** What lies beyond the length of a cache must not matter, whatever it is. */
  private void spoilSpare(Heads cache) {
    double[] values = cache.tensor().toDoubles();
    int perSequence = Math.toIntExact(cache.batchStride());
    int used = Math.toIntExact(cache.length() * cache.rowStride());
    for (int sequence = 0; sequence < batch; sequence++) {
      Arrays.fill(values, sequence * perSequence + used, (sequence + 1) * perSequence, Double.NaN);
    }
    cache.tensor().setDoubles(values);
  }

  @Override
  public String toString() {
    return description;
  }
}
