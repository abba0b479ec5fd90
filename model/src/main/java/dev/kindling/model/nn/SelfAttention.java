package dev.kindling.model.nn;

import dev.kindling.model.autograd.Tape;
import dev.kindling.model.autograd.Variable;
import dev.kindling.model.backend.AttentionGradients;
import dev.kindling.model.backend.AttentionInputs;
import dev.kindling.model.backend.Dropout;
import dev.kindling.model.backend.Heads;
import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.Tensor;
import java.util.Arrays;

/**
 * Multi-head self-attention (Vaswani et al. 2017) with one fused projection to queries, keys and
 * values.
 *
 * @param shape its constants
 * @param queryKeyValue C to (H + 2G) · D
 * @param projection H · D to C
 */
public record SelfAttention(AttentionShape shape, Linear queryKeyValue, Linear projection) {
  /** The exponential of what remains is exactly 0. */
  private static final float HIDDEN = -1e30f;

  /** Where queries, keys and values lie in the fused projection. */
  private record Fused(Heads query, Heads key, Heads value, Heads queryAndKey) {
    static Fused of(AttentionShape shape, Tensor rows, long batch) {
      int numHeads = shape.numHeads();
      int numKeyHeads = shape.numKeyValueHeads();
      long size = shape.headSize();
      return new Fused(
          Heads.of(rows, batch, 0, numHeads, size),
          Heads.of(rows, batch, numHeads * size, numKeyHeads, size),
          Heads.of(rows, batch, (numHeads + numKeyHeads) * size, numKeyHeads, size),
          Heads.of(rows, batch, 0, numHeads + numKeyHeads, size));
    }
  }

  /**
   * Maps [B × T, C] to [B × T, C].
   *
   * @param layer which cache is this layer's
   */
  public Variable forward(Tape tape, Variable input, AttentionContext context, int layer) {
    Variable fused = queryKeyValue.forward(tape, input);
    Fused parts = Fused.of(shape, fused.value(), context.sequences().count());
    rotate(tape, parts, context, false);
    DecoderCache cache = context.cache();
    if (cache != null) {
      cache.layer(layer).append(tape.backend(), parts.key(), parts.value(), cache.lengths());
      if (!cache.isEmpty()) {
        return context.sequences().length() == 1
            ? next(tape, parts, context, cache.layer(layer))
            : nextSeveral(tape, parts, cache, cache.layer(layer));
      }
    }
    AttentionInputs inputs = inputs(tape, parts, context);
    Variable heads = newHeads(tape, parts);
    Tensor statistics = AttentionShape.newStatistics(tape, inputs);
    tape.backend().attentionForward(inputs, heads.value(), statistics);
    tape.record(heads, () -> backward(tape, fused, inputs, context, heads, statistics));
    return projection.forward(tape, heads);
  }

  private AttentionInputs inputs(Tape tape, Fused parts, AttentionContext context) {
    Dropout dropout = shape.nextDropout(tape, parts.query().length(), parts.key().length());
    // Behind a causal mask, no token sees the padding that follows it.
    Tensor lengths = shape.causal() ? null : context.sequences().lengths();
    Tensor bias = context.bias() == null ? null : context.bias().value();
    return new AttentionInputs(
        parts.query(),
        parts.key(),
        parts.value(),
        shape.scale(),
        shape.causal(),
        lengths,
        bias,
        dropout);
  }

  /** One more token of every sequence, which sees all tokens before it. */
  private Variable next(Tape tape, Fused parts, AttentionContext context, LayerCache layerCache) {
    DecoderCache cache = context.cache();
    int numKeys = cache.numVisibleKeys(1);
    int[] visible = cache.lengths();
    for (int i = 0; i < visible.length; i++) {
      visible[i]++;
    }
    Tensor bias = context.bias() == null ? null : context.bias().value();
    Variable heads = newHeads(tape, parts);
    tape.backend()
        .attentionForward(
            new AttentionInputs(
                parts.query(),
                layerCache.keys(numKeys),
                layerCache.values(numKeys),
                shape.scale(),
                false,
                tape.upload(visible),
                bias,
                null),
            heads.value(),
            null);
    return projection.forward(tape, heads);
  }

  /**
   * Several more tokens of every sequence, each of which sees those before it, without a bias.
   * Sequences go one after the other, because each has a mask of its own.
   */
  private Variable nextSeveral(Tape tape, Fused parts, DecoderCache cache, LayerCache layerCache) {
    int numNew = Math.toIntExact(parts.query().length());
    int numKeys = cache.numVisibleKeys(numNew);
    int[] lengths = cache.lengths();
    Variable heads = newHeads(tape, parts);
    long width = heads.value().dim(1);
    Tensor mask = tape.scratch(DType.F32, shape.numHeads(), numNew, numKeys);
    for (int i = 0; i < lengths.length; i++) {
      writeMask(mask, lengths[i]);
      tape.backend()
          .attentionForward(
              new AttentionInputs(
                  parts.query().only(i),
                  layerCache.keys(numKeys).only(i),
                  layerCache.values(numKeys).only(i),
                  shape.scale(),
                  false,
                  null,
                  mask,
                  null),
              heads.value().slice((long) i * numNew * width, numNew, width),
              null);
    }
    return projection.forward(tape, heads);
  }

  /**
   * Hides from each new token what is behind it.
   *
   * @param mask [H, T, K]
   * @param numBefore keys in front of those of the new tokens
   */
  private static void writeMask(Tensor mask, int numBefore) {
    int numNew = Math.toIntExact(mask.dim(1));
    int numKeys = Math.toIntExact(mask.dim(2));
    float[] values = new float[numNew * numKeys];
    for (int t = 0; t < numNew; t++) {
      int numVisible = Math.min(numBefore + t + 1, numKeys);
      Arrays.fill(values, t * numKeys + numVisible, (t + 1) * numKeys, HIDDEN);
    }
    for (long head = 0; head < mask.dim(0); head++) {
      mask.write(head * values.length, values, 0, values.length);
    }
  }

  private Variable newHeads(Tape tape, Fused parts) {
    Heads query = parts.query();
    return tape.variable(
        query.tensor().dtype(),
        query.batch() * query.length(),
        (long) shape.numHeads() * shape.headSize());
  }

  private void rotate(Tape tape, Fused parts, AttentionContext context, boolean inverse) {
    if (shape.rotaryTheta() > 0) {
      tape.backend()
          .rotateInPlace(parts.queryAndKey(), context.positions(), shape.rotaryTheta(), inverse);
    }
  }

  private void backward(
      Tape tape,
      Variable fused,
      AttentionInputs inputs,
      AttentionContext context,
      Variable heads,
      Tensor statistics) {
    Fused gradients = Fused.of(shape, fused.onlyShare(), context.sequences().count());
    Tensor biasGradient = context.bias() == null ? null : context.bias().gradient();
    tape.backend()
        .attentionBackward(
            heads.gradient(),
            inputs,
            heads.value(),
            statistics,
            new AttentionGradients(
                gradients.query(), gradients.key(), gradients.value(), biasGradient));
    rotate(tape, gradients, context, true);
  }
}
