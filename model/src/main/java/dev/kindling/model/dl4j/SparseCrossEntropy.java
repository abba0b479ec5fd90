package dev.kindling.model.dl4j;

import dev.kindling.model.batch.Batch;
import java.util.Arrays;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * The mean cross-entropy of a softmax over integer targets, in nats; targets of {@link
 * Batch#IGNORED} are not counted. DL4J's own {@code LossSparseMCXENT} makes one-hot vectors of
 * them; this makes no array as large as the logits at all, but uses up the logits that it is given,
 * which an output layer makes for it anew each time.
 *
 * <p>N is the number of predictions, V of token ids: targets are [N, 1], logits [N, V]. The softmax
 * is this function's own, whatever the activation.
 */
public record SparseCrossEntropy() implements ILossFunction {

  /** The sum where {@code average} is false would be asked for with the mini-batch to divide by. */
  @Override
  public double computeScore(
      INDArray labels, INDArray logits, IActivation activation, INDArray mask, boolean average) {
    requireNoMask(mask);
    int[] targets = targets(labels);
    return mean(lossesInPlace(logits, targets), targets);
  }

  @Override
  public INDArray computeScoreArray(
      INDArray labels, INDArray logits, IActivation activation, INDArray mask) {
    requireNoMask(mask);
    double[] losses = lossesInPlace(logits, targets(labels));
    return Nd4j.createFromArray(losses).reshape(losses.length, 1).castTo(logits.dataType());
  }

  /** The gradient of the mean, written over the logits. */
  @Override
  public INDArray computeGradient(
      INDArray labels, INDArray logits, IActivation activation, INDArray mask) {
    return computeGradientAndScore(labels, logits, activation, mask, false).getSecond();
  }

  @Override
  public Pair<Double, INDArray> computeGradientAndScore(
      INDArray labels, INDArray logits, IActivation activation, INDArray mask, boolean average) {
    requireNoMask(mask);
    int[] targets = targets(labels);
    double[] losses = new double[targets.length];
    INDArray sums = exponentialsInPlace(logits, targets, losses);
    double weight = 1.0 / Math.max(1, numCounted(targets));
    double[] scales = new double[targets.length];
    for (int n = 0; n < targets.length; n++) {
      scales[n] = targets[n] == Batch.IGNORED ? 0 : weight / sums.getDouble(n);
    }
    logits.muliColumnVector(
        Nd4j.createFromArray(scales).reshape(scales.length, 1).castTo(logits.dataType()));
    for (int n = 0; n < targets.length; n++) {
      if (targets[n] != Batch.IGNORED) {
        logits.putScalar(n, targets[n], logits.getDouble(n, targets[n]) - weight);
      }
    }
    return new Pair<>(mean(losses, targets), logits);
  }

  @Override
  public String name() {
    return getClass().getSimpleName();
  }

  /**
   * The cross-entropy of every target.
   *
   * @param logits [N, V]; used up
   * @param targets [N]
   * @return [N], in nats; 0 where the target is {@link Batch#IGNORED}
   */
  static double[] lossesInPlace(INDArray logits, int[] targets) {
    double[] losses = new double[targets.length];
    exponentialsInPlace(logits, targets, losses);
    return losses;
  }

  /** Makes {@code exp(logit - largest of its row)} of logits, and returns their sums [N, 1]. */
  private static INDArray exponentialsInPlace(INDArray logits, int[] targets, double[] losses) {
    logits.subiColumnVector(logits.max(true, 1));
    for (int n = 0; n < targets.length; n++) {
      losses[n] = targets[n] == Batch.IGNORED ? 0 : -logits.getDouble(n, targets[n]);
    }
    Transforms.exp(logits, false);
    INDArray sums = logits.sum(true, 1);
    for (int n = 0; n < targets.length; n++) {
      losses[n] += targets[n] == Batch.IGNORED ? 0 : Math.log(sums.getDouble(n));
    }
    return sums;
  }

  private static int[] targets(INDArray labels) {
    return labels.dup('c').data().asInt();
  }

  private static double mean(double[] losses, int[] targets) {
    return Arrays.stream(losses).sum() / Math.max(1, numCounted(targets));
  }

  private static long numCounted(int[] targets) {
    return Arrays.stream(targets).filter(target -> target != Batch.IGNORED).count();
  }

  private static void requireNoMask(INDArray mask) {
    if (mask != null) {
      throw new IllegalArgumentException(
          "A mask of shape "
              + Arrays.toString(mask.shape())
              + " was given: expected none; set targets to "
              + Batch.IGNORED
              + " where they are not to be counted");
    }
  }
}
