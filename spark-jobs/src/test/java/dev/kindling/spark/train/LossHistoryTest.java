package dev.kindling.spark.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class LossHistoryTest {
  @Test
  void aSpikeIsSoManyDeviationsAboveTheMeanOfTheLastSteps() {
    LossHistory losses = new LossHistory();
    for (int step = 0; step < 1000; step++) {
      losses.addStep(100, 50);
    }
    for (int step = 0; step < LossHistory.WINDOW; step++) {
      losses.addStep(step % 2 == 0 ? 2 : 4, 0);
    }

    assertThat(losses.limit(6)).isCloseTo(3 + 6 * 1, within(1e-9));
  }

  @Test
  void replicasThatDifferCountAsMuchAsStepsThatDo() {
    LossHistory losses = new LossHistory();
    for (int step = 0; step < LossHistory.WINDOW; step++) {
      losses.addStep(3, 0.5);
    }

    assertThat(losses.limit(2)).isCloseTo(4, within(1e-9));
  }

  @Test
  void thereIsNoSpikeBeforeThereAreEnoughSteps() {
    LossHistory losses = new LossHistory();
    for (int step = 0; step < LossHistory.MIN_STEPS - 1; step++) {
      losses.addStep(3, 0.5);
      assertThat(losses.limit(6)).isInfinite();
    }
    losses.addStep(3, 0.5);
    assertThat(losses.limit(6)).isFinite();
    assertThat(losses.limit(0)).isInfinite();
  }

  @Test
  void skipsInARowAreCountedForEveryReplicaOfItsOwn() {
    LossHistory losses = new LossHistory();
    for (long step : new long[] {4, 5, 6, 9, 10}) {
      losses.addSkipped(step, 1);
    }
    losses.addSkipped(7, 2);

    assertThat(losses.skippedInARow(0)).isZero();
    assertThat(losses.skippedInARow(1)).isEqualTo(2);
    assertThat(losses.skippedInARow(2)).isEqualTo(1);
    assertThat(losses.numSkipped()).isEqualTo(6);
  }
}
