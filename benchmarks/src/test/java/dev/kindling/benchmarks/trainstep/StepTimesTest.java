package dev.kindling.benchmarks.trainstep;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class StepTimesTest {
  /** Counts its steps and gives their number as the loss. */
  private static final class Counted implements TrainingStep {
    private int numSteps;

    @Override
    public double run() {
      numSteps++;
      return numSteps;
    }

    @Override
    public void close() {}
  }

  @Test
  void itStepsAtLeastAsOftenAsAsked() {
    StepTimes times = StepTimes.repeat(new Counted()::run, 7, 0);

    assertThat(times.seconds()).hasSize(7);
    assertThat(times.lastLoss()).isEqualTo(7);
  }

  @Test
  void itStepsOnUntilTheTimeIsUp() {
    double minSeconds = 0.02;

    StepTimes times = StepTimes.repeat(new Counted()::run, 1, minSeconds);

    assertThat(times.seconds().stream().mapToDouble(Double::doubleValue).sum())
        .isGreaterThanOrEqualTo(minSeconds);
  }

  @Test
  void theMedianIsInTheMiddle() {
    assertThat(StepTimes.median(List.of(9.0, 1.0, 2.0))).isEqualTo(2);
    assertThat(StepTimes.median(List.of(4.0, 9.0, 1.0, 2.0))).isEqualTo(3);
  }
}
