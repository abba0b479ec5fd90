package dev.kindling.model.nn;

import dev.kindling.model.autograd.Tape;
import dev.kindling.model.autograd.Variable;
import dev.kindling.model.tensor.Tensor;

/**
 * Causal multi-head self-attention (Vaswani et al. 2017) with one fused projection to queries, keys
 * and values, as in GPT-2.
 *
 * @param numHeads H
 * @param queryKeyValue C to 3C
 * @param projection C to C
 */
public record Attention(int numHeads, Linear queryKeyValue, Linear projection) {
  /** Maps [B × T, C] to [B × T, C]; {@code length} is T. */
  public Variable forward(Tape tape, Variable input, long length) {
    Variable fused = queryKeyValue.forward(tape, input);
    long width = input.value().dim(1);
    Tensor qkv_BTC = fused.value().reshape(input.value().dim(0) / length, length, 3 * width);
    Variable heads = tape.variableLike(input.value());
    tape.backend().causalAttentionForward(qkv_BTC, numHeads, heads.value());
    tape.record(
        () -> {
          // The fused projection has this one use, so its gradient's first share is its last.
          Tensor fusedGradient = fused.nextShare().tensor();
          tape.backend()
              .causalAttentionBackward(
                  heads.gradient(), qkv_BTC, numHeads, fusedGradient.reshape(qkv_BTC.shape()));
        });
    return projection.forward(tape, heads);
  }
}
