package dev.kindling.model.dl4j;

import dev.kindling.model.optim.OptimizerConfig;
import java.io.Serializable;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Clips the global gradient norm (Pascanu et al. 2013) between the gradients and the updater; DL4J
 * itself clips layer by layer only.
 */
public final class GradientClipping extends BaseTrainingListener implements Serializable {
  private static final long serialVersionUID = 1L;

  private final OptimizerConfig optimizer;
  private double lastNorm;

  /** Clips at {@code maxGradientNorm}; 0 leaves gradients as they are. */
  public GradientClipping(OptimizerConfig optimizer) {
    this.optimizer = optimizer;
  }

  @Override
  public void onGradientCalculation(Model model) {
    INDArray gradients = model.getGradientsViewArray();
    lastNorm = gradients.norm2Number().doubleValue();
    double factor = optimizer.clippingFactor(lastNorm);
    if (factor < 1) {
      gradients.muli(factor);
    }
  }

  /** The global norm of the last gradient, before clipping. */
  public double lastNorm() {
    return lastNorm;
  }
}
