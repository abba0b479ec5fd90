package dev.kindling.model.nn;

import dev.kindling.model.autograd.Tape;
import dev.kindling.model.backend.AttentionInputs;
import dev.kindling.model.backend.Dropout;
import dev.kindling.model.backend.SliceGroup;
import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.Tensor;

/**
 * The constants of an attention layer.
 *
 * @param numHeads H
 * @param numKeyValueHeads G; divides H, and is H where every head has keys of its own
 * @param headSize D
 * @param scale of the scores
 * @param causal whether a token sees only those before it and itself
 * @param rotaryTheta the base of rotary positions; 0 for none
 * @param dropout of the probabilities
 * @param firstHead the number of the first head that is here, where slices share them; H and G are
 *     the heads that are here
 */
public record AttentionShape(
    int numHeads,
    int numKeyValueHeads,
    int headSize,
    double scale,
    boolean causal,
    double rotaryTheta,
    double dropout,
    int firstHead) {
  /** Every head has keys of its own, and there are no rotary positions. */
  public static AttentionShape plain(
      int numHeads, int headSize, double scale, boolean causal, double dropout) {
    return new AttentionShape(numHeads, numHeads, headSize, scale, causal, 0, dropout, 0);
  }

  /** The heads of one slice. */
  public AttentionShape of(SliceGroup slices) {
    int numSlices = slices.numSlices();
    return new AttentionShape(
        numHeads / numSlices,
        numKeyValueHeads / numSlices,
        headSize,
        scale,
        causal,
        rotaryTheta,
        dropout,
        firstHead + numHeads / numSlices * slices.slice());
  }

  /** What the backend keeps of a forward pass for the way back; null for nothing. */
  static Tensor newStatistics(Tape tape, AttentionInputs inputs) {
    long size = tape.isRecording() ? tape.backend().attentionStatistics(inputs) : 0;
    DType dtype = inputs.query().tensor().dtype().accumulator();
    return size == 0 ? null : tape.scratch(dtype, size);
  }

  /** What is dropped of [B, H, Tq, Tk]; null for nothing. */
  Dropout nextDropout(Tape tape, long numQueries, long numKeys) {
    long perHead = numQueries * numKeys;
    long perSample = numHeads * perHead;
    Dropout.Columns heads = new Dropout.Columns(perSample, perSample, firstHead * perHead);
    return tape.nextDropout(dropout, perSample, heads);
  }
}
