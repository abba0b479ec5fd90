package dev.kindling.spark.parallel.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SchedulePictureTest {
  @Test
  void aSmallOneShowsEveryPass() {
    assertThat(SchedulePicture.of(simulated(ScheduleKind.ONE_FORWARD_ONE_BACKWARD, 3, 1, 4), 100))
        .isEqualTo(
            """
            rank 0  0> 1> 2> ........... 0<<<< 3> 1<<<< .. 2<<<< .. 3<<<<
            rank 1  .. 0> 1> ..... 0<<<< 2> 1<<<< 3> 2<<<< .. 3<<<< .....
            rank 2  ..... 0> 0<<<< 1> 1<<<< 2> 2<<<< 3> 3<<<< ...........
                    0> forward, 0< backward: micro-batch 0; ... waiting; a column is 0.333 s
            """);
  }

  @Test
  void chunksHaveLetters() {
    assertThat(SchedulePicture.of(simulated(ScheduleKind.INTERLEAVED, 2, 2, 2), 100))
        .isEqualTo(
            """
            rank 0  0a> 1a> 0b> 1b> ....... 0b<<<<< ... 1b<<<<< 0a<<<<< 1a<<<<<
            rank 1  ... 0a> 1a> 0b> 0b<<<<< 1b> 1b<<<<< 0a<<<<< 1a<<<<< .......
                    0a> forward, 0a< backward: micro-batch 0 of chunk a; ... waiting; a column is 0.125 s
            """);
  }

  @Test
  void aWideOneIsScaledDown() {
    assertThat(SchedulePicture.of(simulated(ScheduleKind.GPIPE, 2, 1, 12), 60))
        .isEqualTo(
            """
            rank 0  >>>>>>>>>>>>>>>>... 0<<1<2<<3<<4<5<<6<<7<8<<9<<<<<<<
            rank 1  .>>>>>>>>>>>>>>>>0<<1<<2<3<<4<<5<6<<7<<8<9<<<<<<<..
                    0> forward, 0< backward: micro-batch 0; ... waiting; a column is 0.750 s
            """);
  }

  @ParameterizedTest
  @MethodSource("dev.kindling.spark.parallel.schedule.ScheduleSimulatorTest#allSchedules")
  void noneIsWiderThanTheTerminal(PipelineSchedule schedule) {
    SimulatedSchedule simulated =
        ScheduleSimulator.run(schedule, StageTimes.of(schedule, List.of(0.7), List.of(1.9), 0.123));

    List<String> lines = SchedulePicture.of(simulated, 72).lines().toList();

    assertThat(lines).hasSize(schedule.numRanks() + 1);
    assertThat(lines.subList(0, schedule.numRanks()))
        .allSatisfy(line -> assertThat(line).startsWith("rank ").hasSizeLessThanOrEqualTo(72));
  }

  private static SimulatedSchedule simulated(
      ScheduleKind kind, int numRanks, int numChunks, int numMicroBatches) {
    PipelineSchedule schedule = PipelineSchedule.of(kind, numRanks, numChunks, numMicroBatches);
    return ScheduleSimulator.run(schedule, StageTimes.of(schedule, List.of(1.0), List.of(2.0), 0));
  }
}
