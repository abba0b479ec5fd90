package dev.kindling.model.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.kindling.model.backend.Backend;
import dev.kindling.model.backend.Backends;
import dev.kindling.model.nn.ParameterStore;
import dev.kindling.model.tensor.DType;
import java.util.List;
import org.junit.jupiter.api.Test;

class AdamWTest {
  private static final List<ParameterStore.Slice> LAYOUT =
      List.of(
          new ParameterStore.Slice("weight", 0, List.of(1L, 2L)),
          new ParameterStore.Slice("bias", 2, List.of(1L)));

  /** One step by hand: with zero moments the corrected direction is g / (|g| + ε). */
  @Test
  void theFirstStepMovesByTheLearningRateAndDecaysMatricesOnly() {
    OptimizerConfig config = OptimizerConfig.adamW(0.1, 0.1, 0, 10, 0.9, 0.95, 1e-8, 0.5, 0);
    assertThat(afterOneStep(config, new double[] {2, -3, 4}))
        .containsExactly(
            new double[] {1 - 0.1 * 0.5 - 0.1, 1 - 0.1 * 0.5 + 0.1, 1 - 0.1}, within(1e-6));
  }

  /** Moments that start at zero late in the schedule are corrected as at its beginning. */
  @Test
  void theBiasCorrectionFollowsTheMomentsAndNotTheSchedule() {
    OptimizerConfig config = OptimizerConfig.adamW(0.1, 0.1, 0, 10, 0.9, 0.95, 1e-8, 0.5, 0);
    double[] gradient = {2, -3, 4};
    assertThat(afterOneStep(config, gradient, 700))
        .containsExactly(afterOneStep(config, gradient, 0));
  }

  /** An ε as large as the gradient makes its scale visible: norm 5 clipped to 1 is g / 5. */
  @Test
  void gradientsAreScaledToTheLargestNormAllowed() {
    OptimizerConfig config = OptimizerConfig.adamW(0.1, 0.1, 0, 10, 0.9, 0.95, 1, 0, 1);
    assertThat(afterOneStep(config, new double[] {3, 4, 0}))
        .containsExactly(new double[] {1 - 0.1 * 0.6 / 1.6, 1 - 0.1 * 0.8 / 1.8, 1}, within(1e-6));
  }

  @Test
  void smallGradientsAreNotScaledUp() {
    OptimizerConfig config = OptimizerConfig.adamW(0.1, 0.1, 0, 10, 0.9, 0.95, 1, 0, 1);
    assertThat(afterOneStep(config, new double[] {0.3, 0.4, 0}))
        .containsExactly(new double[] {1 - 0.1 * 0.3 / 1.3, 1 - 0.1 * 0.4 / 1.4, 1}, within(1e-6));
  }

  private static double[] afterOneStep(OptimizerConfig config, double[] gradient) {
    return afterOneStep(config, gradient, 0);
  }

  private static double[] afterOneStep(OptimizerConfig config, double[] gradient, long step) {
    try (Backend backend = Backends.open("onednn", 1);
        ParameterStore parameters = ParameterStore.allocate(LAYOUT, DType.F32);
        ParameterStore gradients = ParameterStore.allocate(LAYOUT, DType.F32);
        AdamW optimizer = new AdamW(config, parameters, gradients, backend)) {
      parameters.flat().setDoubles(new double[] {1, 1, 1});
      gradients.flat().setDoubles(gradient);
      double norm = Math.sqrt(backend.squaredNorm(gradients.flat()));
      assertThat(optimizer.updateInPlace(step, 0, norm)).isEqualTo(0.1);
      return parameters.flat().toDoubles();
    }
  }
}
