package dev.kindling.spark.train;

import dev.kindling.model.backend.SliceGroup;
import dev.kindling.model.tensor.Tensor;
import dev.kindling.spark.communicate.Communicator;
import dev.kindling.spark.train.timeline.Activity;
import dev.kindling.spark.train.timeline.TaskClock;

/**
 * Ranks that hold the slices of a stage.
 *
 * @param group of them, by slice
 * @param clock of the task
 */
record CommunicatorSlices(Communicator group, TaskClock clock) implements SliceGroup {
  @Override
  public int slice() {
    return group.rank();
  }

  @Override
  public int numSlices() {
    return group.size();
  }

  @Override
  public void sumInPlace(Tensor tensor) {
    Activity before = clock.switchTo(Activity.ALL_REDUCE);
    group.allReduceSumInPlace(tensor);
    clock.switchTo(before);
  }
}
