package dev.kindling.spark.parallel.schedule;

import static dev.kindling.spark.parallel.schedule.Action.backward;
import static dev.kindling.spark.parallel.schedule.Action.forward;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ScheduleCheckTest {
  private static final List<Action> IN_TURN =
      List.of(forward(0, 0), backward(0, 0), forward(0, 1), backward(0, 1));

  @ParameterizedTest
  @MethodSource("dev.kindling.spark.parallel.schedule.ScheduleSimulatorTest#allSchedules")
  void everyScheduleThatIsMadePasses(PipelineSchedule schedule) {
    assertThat(ScheduleCheck.require(schedule)).isSameAs(schedule);
  }

  @Test
  void ranksThatWaitForEachOtherAreNamed() {
    // Rank 0 wants a gradient of micro-batch 1 that rank 1 makes after one of micro-batch 0.
    List<Action> wrongWay = List.of(forward(0, 1), backward(0, 1), forward(0, 0), backward(0, 0));

    refuses(
        () -> require(IN_TURN, wrongWay),
        "The schedule never ends, since ranks wait for each other: rank 0 waits with backward of"
            + " micro-batch 0 through chunk 0 for virtual stage 1 of rank 1; rank 1 waits with"
            + " forward of micro-batch 1 through chunk 0 for virtual stage 0 of rank 0");
  }

  @Test
  void anOrderThatOnlyLooksDifferentPasses() {
    List<Action> warmedUp = List.of(forward(0, 0), forward(0, 1), backward(0, 1), backward(0, 0));
    List<Action> backwardsFirst =
        List.of(forward(0, 1), backward(0, 1), forward(0, 0), backward(0, 0));

    assertThat(require(warmedUp, backwardsFirst).actions()).hasSize(2);
  }

  @Test
  void aMissingPassIsNamed() {
    refuses(
        () -> require(IN_TURN, IN_TURN.subList(0, 3)),
        "Rank 1 never has backward of micro-batch 1 through chunk 0");
    refuses(
        () -> require(IN_TURN, IN_TURN.subList(0, 2)),
        "Rank 1 never has forward of micro-batch 1 through chunk 0");
  }

  @Test
  void aRepeatedPassIsNamed() {
    refuses(
        () -> require(List.of(forward(0, 0), forward(0, 0)), IN_TURN),
        "Rank 0 has forward of micro-batch 0 through chunk 0 twice: once is right");
  }

  @Test
  void aWayBackBeforeTheWayThereIsNamed() {
    refuses(
        () -> require(List.of(backward(0, 0), forward(0, 0)), IN_TURN),
        "Rank 0 has backward of micro-batch 0 through chunk 0 without or before its forward pass");
  }

  @Test
  void aPassOfWhatThereIsNotIsNamed() {
    refuses(
        () -> require(IN_TURN, List.of(forward(0, 2))),
        "Rank 1 has forward of micro-batch 2 through chunk 0: chunks end at 0 and micro-batches"
            + " at 1");
    refuses(
        () -> require(List.of(forward(1, 0)), IN_TURN),
        "Rank 0 has forward of micro-batch 0 through chunk 1: chunks end at 0 and micro-batches"
            + " at 1");
  }

  @Test
  void ranksWithoutActionsAreNamed() {
    refuses(
        () -> ScheduleCheck.require(of(List.of(IN_TURN))),
        "A schedule of 2 ranks lists the actions of 1");
  }

  private static PipelineSchedule require(List<Action> rank0, List<Action> rank1) {
    return ScheduleCheck.require(of(List.of(rank0, rank1)));
  }

  private static PipelineSchedule of(List<List<Action>> actions) {
    return new PipelineSchedule(ScheduleKind.ONE_FORWARD_ONE_BACKWARD, 2, 1, 2, actions);
  }

  private static void refuses(ThrowingCallable call, String message) {
    assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
  }
}
