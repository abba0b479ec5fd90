package dev.kindling.model.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LearningRateScheduleTest {
  @ParameterizedTest
  @CsvSource({
    // Warm-up: 1e-3 · (s + 1) / 5.
    "0, 2.0e-4",
    "1, 4.0e-4",
    "2, 6.0e-4",
    "3, 8.0e-4",
    // Cosine from the peak: 1e-4 + 9e-4 · (1 + cos(π · (s - 4) / 8)) / 2.
    "4, 1.0e-3",
    "6, 8.681980515339464e-4",
    "8, 5.5e-4",
    "10, 2.318019484660537e-4",
    // Flat.
    "12, 1.0e-4",
    "13, 1.0e-4",
    "9000000000, 1.0e-4",
  })
  void givesTheValuesOfTheFormula(long step, double expected) {
    LearningRateSchedule schedule = LearningRateSchedule.of(config(1e-3, 1e-4, 4, 12));

    assertThat(schedule.at(step)).isCloseTo(expected, within(1e-18));
  }

  @Test
  void startsAtThePeakWithoutWarmup() {
    assertThat(LearningRateSchedule.of(config(0.5, 0.1, 0, 7)).at(0)).isEqualTo(0.5);
  }

  @Test
  void endsAtTheMinimumWhereTheCosineHasNoSteps() {
    LearningRateSchedule schedule = LearningRateSchedule.of(config(0.5, 0.1, 3, 3));

    assertThat(schedule.at(2)).isEqualTo(0.375);
    assertThat(schedule.at(3)).isEqualTo(0.1);
  }

  @Test
  void neverRisesAfterTheWarmupAndNeverLeavesItsBounds() {
    LearningRateSchedule schedule = LearningRateSchedule.of(config(6e-4, 6e-5, 37, 1021));
    for (long step = 37; step < 1100; step++) {
      assertThat(schedule.at(step + 1)).isLessThanOrEqualTo(schedule.at(step));
      assertThat(schedule.at(step)).isBetween(6e-5, 6e-4);
    }
  }

  @Test
  void refusesANegativeStep() {
    assertThatThrownBy(() -> LearningRateSchedule.of(config(1, 0, 1, 2)).at(-1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("step is -1: steps are counted from 0");
  }

  @Test
  void aConfigurationThatEndsBeforeItsWarmupIsRefused() {
    assertThatThrownBy(() -> config(1, 0, 100, 10))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("decaySteps is 10: it must be warmupSteps 100 or more");
  }

  @Test
  void aMinimumAboveThePeakIsRefused() {
    assertThatThrownBy(() -> config(1e-4, 1e-3, 0, 10))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("minLearningRate is 0.001");
  }

  @Test
  void aRateThatIsNotANumberIsRefused() {
    assertThatThrownBy(() -> config(Double.NaN, 0, 0, 10))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("learningRate is NaN");
  }

  private static OptimizerConfig config(double peak, double minimum, long warmup, long decay) {
    return OptimizerConfig.adamW(peak, minimum, warmup, decay, 0.9, 0.95, 1e-8, 0.1, 1);
  }
}
