package dev.kindling.spark.train;

import dev.kindling.model.backend.SliceGroup;
import dev.kindling.model.tensor.Tensor;
import dev.kindling.spark.communicate.Communicator;

/**
 * Ranks that hold the slices of a stage.
 *
 * @param group of them, by slice
 */
record CommunicatorSlices(Communicator group) implements SliceGroup {
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
    group.allReduceSumInPlace(tensor);
  }
}
