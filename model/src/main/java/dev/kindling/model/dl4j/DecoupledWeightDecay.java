package dev.kindling.model.dl4j;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.transforms.pairwise.arithmetic.Axpy;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.regularization.Regularization;

/**
 * Weight decay outside of the gradient's moments, times the learning rate (Loshchilov and Hutter
 * 2019). Unlike DL4J's own {@code WeightDecay} it adds nothing to the score, which stays the loss.
 *
 * @param coefficient λ
 */
public record DecoupledWeightDecay(double coefficient) implements Regularization {
  @Override
  public ApplyStep applyStep() {
    return ApplyStep.POST_UPDATER;
  }

  @Override
  public void apply(
      INDArray parameter, INDArray update, double learningRate, int iteration, int epoch) {
    Nd4j.exec(new Axpy(parameter, update, update, learningRate * coefficient));
  }

  /** 0. */
  @Override
  public double score(INDArray parameter, int iteration, int epoch) {
    return 0;
  }

  /** This: records do not change. */
  @Override
  public Regularization clone() {
    return this;
  }
}
