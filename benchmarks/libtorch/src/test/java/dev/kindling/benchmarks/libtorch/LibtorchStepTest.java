package dev.kindling.benchmarks.libtorch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.kindling.benchmarks.limit.Precision;
import dev.kindling.benchmarks.trainstep.StepConfiguration;
import dev.kindling.benchmarks.trainstep.TrainingStep;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LibtorchStepTest {
  private static final StepConfiguration TINY = new StepConfiguration("t", 2, 2, 32, 17, 8, 2);

  @BeforeAll
  static void load() {
    LibtorchLibrary.load(1);
  }

  private static double lossAfter(Precision precision, int numSteps) {
    try (TrainingStep step = new LibtorchStep(TINY, precision)) {
      double loss = step.run();
      for (int i = 0; i < numSteps; i++) {
        loss = step.run();
      }
      return loss;
    }
  }

  @ParameterizedTest
  @EnumSource(Precision.class)
  void itStartsKnowingNothingAndLearnsTheBatch(Precision precision) {
    double first = lossAfter(precision, 0);

    assertThat(first).isCloseTo(Math.log(17), within(0.2));
    assertThat(lossAfter(precision, 20)).isLessThan(first - 0.1);
  }

  @Test
  void bothPrecisionsTrainTheSameModel() {
    double fp32 = lossAfter(Precision.FP32, 10);

    assertThat(lossAfter(Precision.BF16, 10))
        .isCloseTo(fp32, within(0.02 * fp32))
        .isNotEqualTo(fp32);
  }
}
