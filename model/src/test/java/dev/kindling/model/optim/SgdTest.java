package dev.kindling.model.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.kindling.model.backend.Backend;
import dev.kindling.model.backend.Backends;
import dev.kindling.model.nn.ParameterStore;
import dev.kindling.model.optim.OptimizerConfig.Kind;
import dev.kindling.model.tensor.DType;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SgdTest {
  private static final List<ParameterStore.Slice> LAYOUT =
      List.of(
          new ParameterStore.Slice("weight", 0, List.of(1L, 2L)),
          new ParameterStore.Slice("bias", 2, List.of(1L)));

  @ParameterizedTest
  @ValueSource(strings = {"onednn", "nd4j"})
  void aStepGoesDownTheGradientAndDecaysMatricesOnly(String backend) {
    OptimizerConfig config = new OptimizerConfig(Kind.SGD, 0.1, 0.1, 0, 10, 0, 0, 1, 0.5, 0);
    assertThat(afterOneStep(backend, config, new double[] {2, -3, 4}))
        .containsExactly(new double[] {0.95 - 0.2, 0.95 + 0.3, 1 - 0.4}, within(1e-6));
  }

  @ParameterizedTest
  @ValueSource(strings = {"onednn", "nd4j"})
  void gradientsAreScaledToTheLargestNormAllowed(String backend) {
    OptimizerConfig config = new OptimizerConfig(Kind.SGD, 0.1, 0.1, 0, 10, 0, 0, 1, 0, 1);
    assertThat(afterOneStep(backend, config, new double[] {3, 4, 0}))
        .containsExactly(new double[] {1 - 0.06, 1 - 0.08, 1}, within(1e-6));
    assertThat(afterOneStep(backend, config, new double[] {0.3, 0.4, 0}))
        .containsExactly(new double[] {1 - 0.03, 1 - 0.04, 1}, within(1e-6));
  }

  private static double[] afterOneStep(String name, OptimizerConfig config, double[] gradient) {
    try (Backend backend = Backends.open(name, 1);
        ParameterStore parameters = ParameterStore.allocate(LAYOUT, DType.F32);
        ParameterStore gradients = ParameterStore.allocate(LAYOUT, DType.F32);
        Optimizer optimizer = config.create(parameters, gradients, backend)) {
      parameters.flat().setDoubles(new double[] {1, 1, 1});
      gradients.flat().setDoubles(gradient);
      double norm = Math.sqrt(backend.squaredNorm(gradients.flat()));
      assertThat(optimizer.updateInPlace(0, 0, norm)).isEqualTo(0.1);
      assertThat(optimizer.moments()).hasSize(config.numMoments()).isEmpty();
      return parameters.flat().toDoubles();
    }
  }
}
