package dev.kindling.model.backend;

import dev.kindling.model.tensor.Tensor;

/**
 * One rank's end of a group of devices. All ranks call the same collectives in the same order, with
 * tensors of the same type and shape that lie on their devices. Collectives are begun in the order
 * of the kernels of the rank's backend, as kernels are: nobody waits here, and what reads their
 * results comes after them by itself. One thread begins them; any may ask how far they are, and
 * break them off.
 */
public interface DeviceGroup extends AutoCloseable {
  /**
   * Begins to replace a tensor by the sum over all ranks, which all get to the same bits.
   *
   * @param tensor F32, F64 or BF16
   * @throws IllegalStateException if it cannot be begun, or the group was aborted
   */
  void sumInPlace(Tensor tensor);

  /**
   * Begins to put the tensors of all ranks behind each other.
   *
   * @param own this rank's
   * @param all as many times its size, by rank
   * @throws IllegalStateException if it cannot be begun, or the group was aborted
   */
  void gather(Tensor own, Tensor all);

  /**
   * Begins to give all ranks what one has.
   *
   * @param tensor is read on {@code root}, and written in place on the others
   * @throws IllegalStateException if it cannot be begun, or the group was aborted
   */
  void broadcastInPlace(Tensor tensor, int root);

  /**
   * How far the collectives are.
   *
   * @param begun all that were begun
   * @param ended those of them that have ended
   */
  record Progress(long begun, long ended) {
    /** Whether some are still to end. */
    public boolean isUnderway() {
      return ended < begun;
    }
  }

  /**
   * How far they are now.
   *
   * @throws IllegalStateException if one of them has failed
   */
  Progress progress();

  /** Breaks off what is going on, so that no kernel waits for another rank any more. */
  void abort();

  /** Lets go of it; what is underway is broken off. */
  @Override
  void close();
}
