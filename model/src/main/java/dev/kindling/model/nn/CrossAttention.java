package dev.kindling.model.nn;

import dev.kindling.model.autograd.Tape;
import dev.kindling.model.autograd.Variable;
import dev.kindling.model.backend.AttentionGradients;
import dev.kindling.model.backend.AttentionInputs;
import dev.kindling.model.backend.Heads;
import dev.kindling.model.tensor.Tensor;

/**
 * Attention of a decoder's tokens to an encoder's output (Vaswani et al. 2017).
 *
 * @param shape its constants; not causal
 * @param query C to H · D
 * @param keyValue C to 2 · H · D, of the encoder's output
 * @param projection H · D to C
 */
public record CrossAttention(
    AttentionShape shape, Linear query, Linear keyValue, Linear projection) {

  /**
   * What the decoder looks at.
   *
   * @param values [B × Ts, C]; null where a cache has keys and values already
   * @param sequences how its rows are sequences
   */
  public record Memory(Variable values, Sequences sequences) {}

  /**
   * Maps [B × T, C] to [B × T, C].
   *
   * @param sequences how the rows of {@code input} are sequences
   */
  public Variable forward(Tape tape, Variable input, Sequences sequences, Memory memory) {
    Variable queries = query.forward(tape, input);
    Variable fused = keyValue.forward(tape, memory.values());
    long memoryCount = memory.sequences().count();
    AttentionInputs inputs =
        new AttentionInputs(
            queryHeads(queries.value(), sequences.count()),
            keyHeads(fused.value(), memoryCount),
            valueHeads(fused.value(), memoryCount),
            shape.scale(),
            false,
            memory.sequences().lengths(),
            null,
            shape.nextDropout(tape, sequences.length(), memory.sequences().length()));
    Variable heads = tape.variableLike(queries.value());
    Tensor statistics = AttentionShape.newStatistics(tape, inputs);
    tape.backend().attentionForward(inputs, heads.value(), statistics);
    tape.record(
        heads,
        () -> {
          Tensor fusedGradient = fused.onlyShare();
          tape.backend()
              .attentionBackward(
                  heads.gradient(),
                  inputs,
                  heads.value(),
                  statistics,
                  new AttentionGradients(
                      queryHeads(queries.onlyShare(), sequences.count()),
                      keyHeads(fusedGradient, memoryCount),
                      valueHeads(fusedGradient, memoryCount),
                      null));
        });
    return projection.forward(tape, heads);
  }

  /** Computes keys and values of the encoder's output once, for all tokens that will follow. */
  void fill(Tape tape, Memory memory, LayerCache cache) {
    Tensor fused = keyValue.forward(tape, memory.values()).value();
    long count = memory.sequences().count();
    cache.append(
        tape.backend(), keyHeads(fused, count), valueHeads(fused, count), new int[(int) count]);
  }

  /**
   * {@link #forward} with keys and values that {@link #fill} has written. The outputs of one input
   * are queries of the same keys.
   */
  Variable forward(Tape tape, Variable input, DecoderCache cache, int layer) {
    Variable queries = query.forward(tape, input);
    LayerCache memory = cache.memory(layer);
    Variable heads = tape.variableLike(queries.value());
    tape.backend()
        .attentionForward(
            new AttentionInputs(
                queryHeads(queries.value(), cache.numMemories()),
                memory.keys(cache.memoryCapacity()),
                memory.values(cache.memoryCapacity()),
                shape.scale(),
                false,
                tape.upload(cache.memoryLengths()),
                null,
                null),
            heads.value(),
            null);
    return projection.forward(tape, heads);
  }

  private Heads queryHeads(Tensor rows, long batch) {
    return Heads.of(rows, batch, 0, shape.numHeads(), shape.headSize());
  }

  private Heads keyHeads(Tensor fused, long batch) {
    return Heads.of(fused, batch, 0, shape.numHeads(), shape.headSize());
  }

  private Heads valueHeads(Tensor fused, long batch) {
    long width = (long) shape.numHeads() * shape.headSize();
    return Heads.of(fused, batch, width, shape.numHeads(), shape.headSize());
  }
}
