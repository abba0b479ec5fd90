package dev.kindling.spark.communicate;

import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.OffHeapMemory;
import dev.kindling.model.tensor.Tensor;
import java.util.List;

/**
 * One rank's end of a group of ranks. All ranks call the same collectives in the same order, with
 * tensors of the same type and shape. Every wait has a timeout, whose error names the rank that was
 * waited for. A group of one does nothing. One thread at a time.
 *
 * <p>Tensors lie on the host or on a device. What is done to those of a device is done in the order
 * of the kernels of its backend, and may go on when the call is back: what reads them by that
 * backend, or copies them, comes after it.
 */
public interface Communicator extends AutoCloseable {
  /** This rank's number in the group. */
  int rank();

  /** Ranks of the group. */
  int size();

  /**
   * Begins to send a tensor. It arrives whether the other asks for it now or later; what it has not
   * asked for yet waits in its memory.
   *
   * @param to the rank that receives it
   * @param tag tells messages of different purposes apart; those of one tag arrive in their order
   * @return to be awaited before the tensor is changed
   */
  Pending send(Tensor tensor, int to, long tag);

  /**
   * Receives a tensor in place.
   *
   * @param from the rank that has sent it, or will
   * @throws CommunicationException if it does not come in time, or the other gave up
   */
  void receive(Tensor tensor, int from, long tag);

  /**
   * Replaces a tensor by the sum over all ranks, which all get to the same bits: the order of the
   * summands depends on the number of ranks, on devices also on how they are connected, and on
   * nothing else.
   *
   * @param tensor F32, F64 or BF16
   * @throws CommunicationException if a rank does not take part in time, or gave up
   */
  void allReduceSumInPlace(Tensor tensor);

  /**
   * Replaces a tensor by the largest over all ranks, element by element; NaN where one is.
   *
   * @param tensor F32, F64 or BF16
   * @throws CommunicationException if a rank does not take part in time, or gave up
   */
  void allReduceMaxInPlace(Tensor tensor);

  /**
   * {@link #allReduceSumInPlace} on a thread of its own, after those that were begun before. It may
   * run beside other calls.
   *
   * @return to be awaited before the tensor is read or changed
   */
  Pending allReduceSumInPlaceLater(Tensor tensor);

  /**
   * Puts the tensors of all ranks behind each other.
   *
   * @param own this rank's
   * @param all as many times its size, by rank
   * @throws CommunicationException if a rank does not take part in time, or gave up
   */
  void allGather(Tensor own, Tensor all);

  /**
   * Gives all ranks what one has.
   *
   * @param tensor is read on {@code root}, and written in place on the others
   * @throws CommunicationException if the root does not send in time, or gave up
   */
  void broadcastInPlace(Tensor tensor, int root);

  /**
   * Some of these ranks as a group of their own; needs no message.
   *
   * @param ranks of this group, in the order of the new one; this rank is one of them
   */
  Communicator subgroup(List<Integer> ranks);

  /** Tells the others that this rank gives up, so that nobody waits for it. */
  void abort(Throwable cause);

  /** What went through this group, its subgroups not counted. */
  CommunicatorStats stats();

  /** Waits until all ranks have come here; devices may still be at what was begun before. */
  default void barrier() {
    try (OffHeapMemory memory = OffHeapMemory.allocate(DType.F32, 1)) {
      allReduceSumInPlace(memory.tensor(0, DType.F32, 1));
    }
  }

  /**
   * Lets go of what the group holds, if it has not; of a subgroup, of its own memory and thread.
   */
  @Override
  void close();
}
