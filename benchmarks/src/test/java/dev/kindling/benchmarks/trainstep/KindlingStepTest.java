package dev.kindling.benchmarks.trainstep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.kindling.benchmarks.limit.Precision;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class KindlingStepTest {
  @ParameterizedTest
  @EnumSource(Precision.class)
  void itStartsKnowingNothingAndLearnsTheBatch(Precision precision) {
    StepConfiguration tiny = new StepConfiguration("tiny", 1, 2, 32, 17, 8, 2);
    try (TrainingStep step = new KindlingStep(tiny, precision, 1)) {
      double first = step.run();
      StepTimes later = StepTimes.repeat(step::run, 20, 0);

      assertThat(first).isCloseTo(Math.log(17), within(0.2));
      assertThat(later.lastLoss()).isLessThan(first - 0.1);
    }
  }

  @ParameterizedTest
  @EnumSource(StepConfiguration.Architecture.class)
  void everyArchitectureLearnsTheBatch(StepConfiguration.Architecture architecture) {
    StepConfiguration tiny = new StepConfiguration("tiny", architecture, 1, 2, 32, 17, 64, 2);
    try (TrainingStep step = new KindlingStep(tiny, Precision.FP32, 1)) {
      double first = step.run();

      assertThat(StepTimes.repeat(step::run, 20, 0).lastLoss()).isLessThan(first - 0.1);
    }
  }

  @Test
  void thePlanGrowsWithTheModel() {
    long small = KindlingStep.plannedBytes(StepConfiguration.named("small"), Precision.FP32);
    long medium = KindlingStep.plannedBytes(StepConfiguration.named("medium"), Precision.FP32);

    assertThat(medium).isGreaterThan(small);
  }
}
