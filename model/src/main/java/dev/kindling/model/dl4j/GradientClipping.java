package dev.kindling.model.dl4j;

import dev.kindling.model.optim.OptimizerConfig;
import java.io.Serializable;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Clips the global gradient norm (Pascanu et al. 2013) between the gradients and the updater; DL4J
 * itself clips layer by layer only. Without a state, so that one may be given to every worker.
 */
public final class GradientClipping extends BaseTrainingListener implements Serializable {
  private static final long serialVersionUID = 1L;

  private final OptimizerConfig optimizer;

  /** Clips at {@code maxGradientNorm}; 0 leaves gradients as they are. */
  public GradientClipping(OptimizerConfig optimizer) {
    this.optimizer = optimizer;
  }

  @Override
  public void onGradientCalculation(Model model) {
    if (optimizer.maxGradientNorm() == 0) {
      return;
    }
    INDArray gradients = model.getGradientsViewArray();
    double factor = optimizer.clippingFactor(gradients.norm2Number().doubleValue());
    if (factor < 1) {
      gradients.muli(factor);
    }
  }
}
