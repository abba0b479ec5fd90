package dev.kindling.spark.memory;

import dev.kindling.model.train.MemoryPlan;

/**
 * What a training run holds, wherever its tasks run; in bytes. P are the parameters of the model,
 * of 4 bytes each. Where tensors lie on GPUs, the host has copies of parts of them, as they come
 * and go.
 *
 * @param numRanks ranks that train at once, if there are slots for all of them
 * @param numTelling those of them whose tasks hand their result over; of synchronous replicas,
 *     which all come to the same, one does
 * @param rank what the rank with the most holds in the memory that its tensors lie in
 * @param onGpu whether that is a GPU's
 * @param offHeap what the rank with the most holds off the heap of the host
 * @param leastOffHeap what such a rank holds there in any case
 * @param taskHeap the most arrays that a rank's task has in the heap, at its end: for AdamW, whose
 *     moments a replica keeps, 8 P as they came, 8 P as they go, and 4 P of parameters cut for
 *     their shards
 * @param heldHeap those of them that it has all the time while it takes its steps
 * @param firstTaskHeap arrays of the one task that draws the parameters of a new run, or that
 *     measures the pieces of a pipeline
 * @param stateHeap one copy of the state between two rounds, of all executors together
 */
public record RunMemory(
    int numRanks,
    int numTelling,
    MemoryPlan rank,
    boolean onGpu,
    long offHeap,
    long leastOffHeap,
    long taskHeap,
    long heldHeap,
    long firstTaskHeap,
    long stateHeap) {

  /** Copies of parts of tensors on the way to a GPU, from it, and to other ranks; CUDA's own. */
  private static final long COPIES = 1L << 30;

  /** The least of them: what is copied at once of parameters. */
  private static final long LEAST_COPIES = 16L << 20;

  /** A run whose tensors lie on the host. */
  public static RunMemory onHost(
      int numRanks,
      int numTelling,
      MemoryPlan rank,
      long leastTensors,
      long taskHeap,
      long heldHeap,
      long firstTaskHeap,
      long stateHeap) {
    return new RunMemory(
        numRanks,
        numTelling,
        rank,
        false,
        rank.total(),
        leastTensors,
        taskHeap,
        heldHeap,
        firstTaskHeap,
        stateHeap);
  }

  /** The same with its tensors on GPUs. */
  public RunMemory withTensorsOnGpus() {
    return new RunMemory(
        numRanks,
        numTelling,
        rank,
        true,
        COPIES,
        LEAST_COPIES,
        taskHeap,
        heldHeap,
        firstTaskHeap,
        stateHeap);
  }

  /** Arrays of an executor's tasks, if all of them are at their end. */
  long tasksHeap(int numRanksHere) {
    return Math.min(numRanksHere, numTelling) * taskHeap;
  }

  /** The same if one of them is. */
  long leastTasksHeap(int numRanksHere) {
    return taskHeap + (numRanksHere - 1) * heldHeap;
  }

  /** The same where it goes on, with parameters drawn and pieces measured. */
  public RunMemory goingOn() {
    return new RunMemory(
        numRanks, numTelling, rank, onGpu, offHeap, leastOffHeap, taskHeap, heldHeap, 0, stateHeap);
  }
}
