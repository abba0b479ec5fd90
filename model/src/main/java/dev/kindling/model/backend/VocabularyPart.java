package dev.kindling.model.backend;

import dev.kindling.model.tensor.Tensor;

/**
 * The tokens whose logits are computed here, where slices share the vocabulary (Megatron-LM,
 * Shoeybi et al. 2019). For every row, the slices tell each other two numbers instead of V logits.
 *
 * @param firstToken the token of the first row of the weights
 * @param group who has the others
 */
public record VocabularyPart(long firstToken, SliceGroup group) {
  /** The whole vocabulary. */
  public static final VocabularyPart WHOLE = new VocabularyPart(0, SliceGroup.WHOLE);

  /** The part of {@code vocabSize} tokens that a slice has. */
  public static VocabularyPart of(SliceGroup group, long vocabSize) {
    return new VocabularyPart(SliceGroup.first(vocabSize, group.slice(), group.numSlices()), group);
  }

  /**
   * The target's row in the weights; negative where it is not counted, or another slice has it.
   *
   * @param numTokens tokens that are here
   */
  public int localTarget(int target, long numTokens) {
    long local = target - firstToken;
    return target < 0 || local < 0 || local >= numTokens ? -1 : (int) local;
  }

  /** Elements that {@link #combine} needs for the exchange. */
  public long exchangeSize(int numRows) {
    return (group.numSlices() + 1L) * numRows;
  }

  /**
   * Makes the sums of this slice those of the whole vocabulary.
   *
   * @param logSums for every row, the logarithm of the sum of the exponentials of the logits that
   *     are here; replaced by that of all
   * @param targetLogits for every row the logit of its target, 0 where it is not here; replaced by
   *     the sum over all slices
   * @param exchange [{@link #exchangeSize}], undefined before and afterwards
   */
  public void combine(double[] logSums, double[] targetLogits, Tensor exchange) {
    int numRows = logSums.length;
    int numSlices = group.numSlices();
    double[] told = new double[(numSlices + 1) * numRows];
    System.arraycopy(logSums, 0, told, group.slice() * numRows, numRows);
    System.arraycopy(targetLogits, 0, told, numSlices * numRows, numRows);
    exchange.setDoubles(told);
    group.sumInPlace(exchange);
    double[] all = exchange.toDoubles();
    for (int row = 0; row < numRows; row++) {
      double max = Double.NEGATIVE_INFINITY;
      for (int slice = 0; slice < numSlices; slice++) {
        max = Math.max(max, all[slice * numRows + row]);
      }
      double sum = 0;
      for (int slice = 0; slice < numSlices; slice++) {
        sum += Math.exp(all[slice * numRows + row] - max);
      }
      logSums[row] = max + Math.log(sum);
      targetLogits[row] = all[numSlices * numRows + row];
    }
  }
}
