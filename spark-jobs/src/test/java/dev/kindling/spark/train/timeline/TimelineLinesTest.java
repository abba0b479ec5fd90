package dev.kindling.spark.train.timeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TimelineLinesTest {
  @Test
  void aLongRunKeepsTheLinesOfItsLatestRounds() {
    TimelineLines lines = new TimelineLines();
    for (int round = 1; round <= 100_000; round++) {
      lines.addRound(10L * round, round, round(2));
    }

    assertThat(lines.lines()).hasSize(50);
    assertThat(lines.lines().get(0).path("round").asLong()).isEqualTo(99_951);
    assertThat(lines.lines().get(49).path("step").asLong()).isEqualTo(1_000_000);
  }

  @Test
  void manyRanksLeaveRoomForFewerRounds() {
    TimelineLines lines = new TimelineLines();
    for (int round = 1; round <= 60; round++) {
      lines.addRound(round, round, round(500));
    }

    assertThat(lines.lines()).hasSize(7);

    lines.addRound(61, 61, round(5_000));

    assertThat(lines.lines()).hasSize(1);
  }

  @Test
  void whereAnotherHostsClockIsWrongATaskStillLiesWithinItsRound() {
    RoundTimes round = round(1);

    assertThat(round.startOfRank(task(0, round.startMillis() + 500))).isEqualTo(0.5);
    assertThat(round.startOfRank(task(0, round.startMillis() - 3_600_000))).isZero();
    // The task takes 3 of 4 seconds.
    assertThat(round.startOfRank(task(0, round.startMillis() + 3_600_000))).isEqualTo(1);
  }

  @Test
  void aLateReplicaBeganInARoundBefore() {
    RoundTimes round = round(1);

    assertThat(round.startOfRank(task(7, round.startMillis() - 2_500))).isEqualTo(-2.5);
  }

  private static RoundTimes round(int numRanks) {
    return new RoundTimes(
        1_790_000_000_000L,
        4,
        Collections.nCopies(numRanks, task(0, 0)),
        Set.of(7),
        List.of(task(0, 0)));
  }

  private static TaskTimes task(int rank, long startMillis) {
    double[] seconds = new double[Activity.values().length];
    seconds[Activity.COMPUTE.index()] = 2;
    seconds[Activity.HAND_OUT.index()] = 1;
    return new TaskTimes(rank, new TaskPlace("1", "host", ""), startMillis, seconds, new double[0]);
  }
}
