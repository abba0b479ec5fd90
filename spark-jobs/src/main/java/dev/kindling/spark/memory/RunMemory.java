package dev.kindling.spark.memory;

import dev.kindling.model.train.MemoryPlan;

/**
 * What a training run holds, wherever its tasks run; in bytes. P are the parameters of the model,
 * of 4 bytes each.
 *
 * @param numRanks ranks that train at once, if there are slots for all of them
 * @param numTelling those of them whose tasks hand their result over; of synchronous replicas,
 *     which all come to the same, one does
 * @param rank what the rank with the most holds off the heap
 * @param leastOffHeap what such a rank holds off the heap in any case
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
    long leastOffHeap,
    long taskHeap,
    long heldHeap,
    long firstTaskHeap,
    long stateHeap) {

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
        numRanks, numTelling, rank, leastOffHeap, taskHeap, heldHeap, 0, stateHeap);
  }
}
