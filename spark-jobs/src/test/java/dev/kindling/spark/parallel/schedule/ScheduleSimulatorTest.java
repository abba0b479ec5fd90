package dev.kindling.spark.parallel.schedule;

import static dev.kindling.spark.parallel.schedule.ScheduleKind.GPIPE;
import static dev.kindling.spark.parallel.schedule.ScheduleKind.INTERLEAVED;
import static dev.kindling.spark.parallel.schedule.ScheduleKind.ONE_FORWARD_ONE_BACKWARD;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.kindling.spark.parallel.schedule.Action.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ScheduleSimulatorTest {
  private static final double ROUNDING = 1e-9;

  static List<PipelineSchedule> schedulesOfOneChunk() {
    List<PipelineSchedule> schedules = new ArrayList<>();
    for (int numRanks : new int[] {1, 2, 3, 4, 5, 8}) {
      for (int numMicroBatches : new int[] {1, 2, 3, 4, 7, 8, 13, 32}) {
        schedules.add(PipelineSchedule.of(GPIPE, numRanks, 1, numMicroBatches));
        schedules.add(PipelineSchedule.of(ONE_FORWARD_ONE_BACKWARD, numRanks, 1, numMicroBatches));
      }
    }
    return schedules;
  }

  static List<PipelineSchedule> interleavedSchedules() {
    List<PipelineSchedule> schedules = new ArrayList<>();
    for (int numRanks : new int[] {1, 2, 3, 4, 7}) {
      for (int numChunks : new int[] {2, 3, 5}) {
        for (int rounds : new int[] {1, 2, 3, 6}) {
          schedules.add(PipelineSchedule.of(INTERLEAVED, numRanks, numChunks, rounds * numRanks));
        }
      }
    }
    return schedules;
  }

  static Stream<PipelineSchedule> allSchedules() {
    return Stream.of(schedulesOfOneChunk(), interleavedSchedules()).flatMap(List::stream);
  }

  @ParameterizedTest
  @MethodSource("allSchedules")
  void theBubbleOfEqualStagesIsTheOneOfThePapers(PipelineSchedule schedule) {
    double p = schedule.numRanks();
    double m = schedule.numMicroBatches();
    double v = schedule.numChunks();

    SimulatedSchedule simulated = withEqualStages(schedule);

    assertThat(simulated.bubble()).isCloseTo((p - 1) / (v * m + p - 1), within(ROUNDING));
    assertThat(simulated.totalSeconds()).isCloseTo(3 * (m + (p - 1) / v), within(ROUNDING));
  }

  @ParameterizedTest
  @MethodSource("schedulesOfOneChunk")
  void gpipeKeepsAllActivationsAnd1F1BThoseOfTheStagesBelow(PipelineSchedule schedule) {
    SimulatedSchedule simulated = withEqualStages(schedule);

    for (int rank = 0; rank < schedule.numRanks(); rank++) {
      int expected =
          schedule.kind() == GPIPE
              ? schedule.numMicroBatches()
              : Math.min(schedule.numMicroBatches(), schedule.numRanks() - rank);
      assertThat(simulated.peakPasses(rank)).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @MethodSource("interleavedSchedules")
  void interleavedRanksWarmUpAsInMegatron(PipelineSchedule schedule) {
    int p = schedule.numRanks();
    int v = schedule.numChunks();
    int numPasses = schedule.numMicroBatches() * v;
    SimulatedSchedule simulated = withEqualStages(schedule);

    for (int rank = 0; rank < p; rank++) {
      int warmUp = Math.min((p - rank - 1) * 2 + (v - 1) * p, numPasses);
      long beforeBackward =
          schedule.actions().get(rank).stream()
              .takeWhile(action -> action.kind() == Kind.FORWARD)
              .count();
      // The forward pass that the steady state begins with goes before the first backward pass too.
      assertThat(beforeBackward).isEqualTo(Math.min(warmUp + 1, numPasses));
      assertThat(simulated.peakPasses(rank)).isEqualTo(beforeBackward);
    }
  }

  @ParameterizedTest
  @MethodSource("allSchedules")
  void everyActionStartsAsSoonAsItCanWithUnequalStages(PipelineSchedule schedule) {
    Random random = new Random(schedule.hashCode());
    StageTimes times =
        new StageTimes(
            seconds(random, schedule.numStages()), seconds(random, schedule.numStages()), 0.25);

    SimulatedSchedule simulated = ScheduleSimulator.run(schedule, times);

    for (int rank = 0; rank < schedule.numRanks(); rank++) {
      double rankEnd = 0;
      for (TimedAction timed : simulated.actions().get(rank)) {
        int stage = schedule.stage(rank, timed.action().chunk());
        double arrival = arrival(simulated, timed.action(), rank, stage, times.transfer());
        List<Double> own =
            timed.action().kind() == Kind.FORWARD ? times.forward() : times.backward();
        assertThat(timed.start()).isEqualTo(Math.max(rankEnd, arrival));
        assertThat(timed.seconds()).isCloseTo(own.get(stage), within(ROUNDING));
        rankEnd = timed.end();
      }
      assertThat(simulated.busySeconds(rank) + simulated.idleSeconds(rank))
          .isCloseTo(simulated.totalSeconds(), within(ROUNDING));
    }
    assertThat(ScheduleSimulator.run(schedule, times)).isEqualTo(simulated);
  }

  @Test
  void aSlowStageHoldsUpAllOthers() {
    PipelineSchedule schedule = PipelineSchedule.of(ONE_FORWARD_ONE_BACKWARD, 3, 1, 4);

    SimulatedSchedule simulated =
        ScheduleSimulator.run(
            schedule, new StageTimes(List.of(1.0, 5.0, 1.0), List.of(2.0, 10.0, 2.0), 0));

    // The slow rank waits for the first forward pass, for the first way through the last rank, and
    // for the last way back through the first.
    assertThat(simulated.busySeconds(1)).isEqualTo(60);
    assertThat(simulated.totalSeconds()).isEqualTo(63);
    assertThat(simulated.bubble(1)).isCloseTo(3 / 63.0, within(ROUNDING));
    assertThat(simulated.bubble(0)).isCloseTo(51 / 63.0, within(ROUNDING));
  }

  @Test
  void aTransferIsPaidOnTheWayThroughThePipelineAndBack() {
    PipelineSchedule schedule = PipelineSchedule.of(GPIPE, 3, 1, 1);

    SimulatedSchedule simulated =
        ScheduleSimulator.run(schedule, StageTimes.of(schedule, List.of(1.0), List.of(2.0), 0.5));

    assertThat(simulated.totalSeconds()).isEqualTo(9 + 4 * 0.5);
  }

  @Test
  void chunksOfOneRankHandOverWithoutATransfer() {
    PipelineSchedule schedule = PipelineSchedule.of(INTERLEAVED, 1, 2, 3);

    SimulatedSchedule simulated =
        ScheduleSimulator.run(schedule, StageTimes.of(schedule, List.of(1.0), List.of(2.0), 100));

    assertThat(simulated.totalSeconds()).isEqualTo(9);
    assertThat(simulated.bubble()).isZero();
  }

  @Test
  void peaksInBytesCountEveryChunkWithItsOwnSize() {
    PipelineSchedule schedule = PipelineSchedule.of(INTERLEAVED, 2, 2, 2);
    SimulatedSchedule simulated = withEqualStages(schedule);

    // Both chunks of both micro-batches go forwards on rank 0 before anything goes back; rank 1
    // sends its first micro-batch back before the second comes to its second chunk.
    assertThat(simulated.peakBytes(0, List.of(10L, 20L, 300L, 4000L))).isEqualTo(2 * 310);
    assertThat(simulated.peakBytes(1, List.of(10L, 20L, 300L, 4000L))).isEqualTo(2 * 20 + 4000);
    assertThatThrownBy(() -> simulated.peakBytes(0, List.of(1L, 2L)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Bytes of 2 virtual stages were given: expected those of 4");
  }

  @Test
  void timesFitAnyCutOfTheModel() {
    PipelineSchedule coarse = PipelineSchedule.of(GPIPE, 2, 1, 2);
    PipelineSchedule fine = PipelineSchedule.of(INTERLEAVED, 2, 2, 2);
    List<Double> perRank = List.of(2.0, 4.0);
    List<Double> perStage = List.of(1.0, 2.0, 3.0, 4.0);

    assertThat(StageTimes.of(fine, perRank, perStage, 0).forward())
        .containsExactly(1.0, 1.0, 2.0, 2.0);
    assertThat(StageTimes.of(fine, perRank, perStage, 0).backward()).isEqualTo(perStage);
    assertThat(StageTimes.of(coarse, perRank, perStage, 0).forward()).isEqualTo(perRank);
    assertThat(StageTimes.of(coarse, perRank, perStage, 0).backward()).containsExactly(3.0, 7.0);
    assertThat(StageTimes.of(fine, List.of(3.0), perStage, 0).forward())
        .containsExactly(1.5, 1.5, 1.5, 1.5);
  }

  @Test
  void timesThatFitNoStageAreRefused() {
    PipelineSchedule schedule = PipelineSchedule.of(INTERLEAVED, 4, 2, 4);
    List<Double> one = List.of(1.0);

    assertThatThrownBy(() -> StageTimes.of(schedule, List.of(1.0, 1.0, 1.0), one, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("forward has 3 values for 4 ranks of 8 virtual stages in all: give 1, 4 or 8");
    assertThatThrownBy(() -> StageTimes.of(schedule, one, List.of(), 0))
        .hasMessageStartingWith("backward has 0 values");
    assertThatThrownBy(() -> StageTimes.of(schedule, List.of(0.0), one, 0))
        .hasMessage("forward has 0.0 seconds: each must be a finite number above 0");
    assertThatThrownBy(() -> StageTimes.of(schedule, one, List.of(Double.NaN), 0))
        .hasMessageStartingWith("backward has NaN seconds");
    assertThatThrownBy(() -> StageTimes.of(schedule, one, one, -1))
        .hasMessageStartingWith("transfer is -1.0 seconds");
    assertThatThrownBy(() -> new StageTimes(one, List.of(1.0, 1.0), 0))
        .hasMessageStartingWith("Forward times of 1 virtual stages and backward times of 2");
    assertThatThrownBy(() -> ScheduleSimulator.run(schedule, new StageTimes(one, one, 0)))
        .hasMessage("Times of 1 virtual stages were given: expected those of 8");
  }

  /** Chunks of a rank share its one second forwards and its two seconds backwards. */
  private static SimulatedSchedule withEqualStages(PipelineSchedule schedule) {
    return ScheduleSimulator.run(schedule, StageTimes.of(schedule, List.of(1.0), List.of(2.0), 0));
  }

  private static List<Double> seconds(Random random, int count) {
    return DoubleStream.generate(() -> 0.1 + random.nextDouble()).limit(count).boxed().toList();
  }

  /** When an action's input is there, looked up in the other rank's simulated actions. */
  private static double arrival(
      SimulatedSchedule simulated, Action action, int rank, int stage, double transfer) {
    PipelineSchedule schedule = simulated.schedule();
    int sender = action.kind() == Kind.FORWARD ? stage - 1 : stage + 1;
    if (sender < 0 || sender == schedule.numStages()) {
      return 0;
    }
    int sendingRank = sender % schedule.numRanks();
    Action sent = new Action(action.kind(), sender / schedule.numRanks(), action.microBatch());
    double end =
        simulated.actions().get(sendingRank).stream()
            .filter(timed -> timed.action().equals(sent))
            .findFirst()
            .orElseThrow()
            .end();
    return sendingRank == rank ? end : end + transfer;
  }
}
