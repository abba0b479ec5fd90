package dev.kindling.spark.memory;

/**
 * What one executor needs of each kind of memory, in two numbers: <i>least</i>, below which a run
 * is refused, and <i>enough</i>, which is asked for.
 *
 * <p>The least counts only what is certainly there at one time: arrays of a task at its end while
 * others take their steps, tensors, and a little for the process. Blocks that Spark may drop from
 * memory do not count, nor does garbage. A run that gets less fails; one that gets as much may
 * spill, collect garbage all the time, or fail.
 *
 * <p>Enough is what a run needs however Spark fills the part of the heap that it may (see its
 * unified memory management): with the heap h, the fraction f of it that Spark may fill with
 * blocks, blocks C and arrays of tasks T,
 *
 * <pre>h = reserved + min(T + C, T / (1 - f))</pre>
 *
 * so that either all blocks fit, or the tasks have room beside as many as Spark takes. While a
 * task's outcome becomes a block, it is serialised to be copied to another executor: that takes
 * what the outcome took before.
 *
 * @param numRanks that an executor runs at once
 * @param leastHeap Java heap below which the run is refused
 * @param heap Java heap that is enough
 * @param leastNative off-heap memory of tensors below which the run is refused
 * @param tensors off-heap memory of tensors that is enough
 * @param leastProcess resident memory of the whole process below which the run is refused
 * @param leastMachine memory of a machine that runs all executors, below which the run is refused
 * @param overhead beside the heap, tensors included, that is enough
 */
public record ExecutorMemory(
    int numRanks,
    long leastHeap,
    long heap,
    long leastNative,
    long tensors,
    long leastProcess,
    long leastMachine,
    long overhead) {

  /** What Spark takes for itself in every heap before it shares out the rest. */
  static final long RESERVED = 300L << 20;

  /** Objects of Spark's that are alive in an executor with nothing to do. */
  private static final long LEAST_OBJECTS = 32L << 20;

  /** Classes, compiled code, threads and libraries of such a process. */
  private static final long LEAST_OF_PROCESS = 128L << 20;

  /** The same with the buffers of shuffles and of what ranks send each other: 310 to 450 MiB. */
  private static final long OF_PROCESS = 512L << 20;

  private static final double OF_PROCESS_PER_HEAP = 0.1;

  /** Blocks of memory for activations grow by an eighth. */
  private static final double ROOM_FOR_TENSORS = 1.125;

  /** State that Spark holds at once: that before a round, and that after it. */
  private static final int GENERATIONS = 2;

  /** What {@code run} needs on executors that are set up like this. */
  public static ExecutorMemory of(RunMemory run, ExecutorSettings given) {
    int numRanks = Math.min(run.numRanks(), given.numSlots());
    int leastRanks = leastRanks(run, given);
    long leastTasks = run.leastTasksHeap(leastRanks);
    long leastNative = leastRanks * run.leastOffHeap();
    long heap = heap(run, given, numRanks);
    long tensors = (long) (ROOM_FOR_TENSORS * numRanks * run.offHeap());
    return new ExecutorMemory(
        numRanks,
        LEAST_OBJECTS + Math.max(leastTasks, run.firstTaskHeap()),
        heap,
        leastNative,
        tensors,
        LEAST_OBJECTS + leastTasks + leastNative + LEAST_OF_PROCESS,
        leastMachine(run, given),
        tensors + Math.max(OF_PROCESS, (long) (OF_PROCESS_PER_HEAP * heap)));
  }

  /** All ranks run at once if they can: some executor holds as much as they do on average. */
  private static int leastRanks(RunMemory run, ExecutorSettings given) {
    if (given.numExecutors().isEmpty()) {
      return 1;
    }
    int average = Math.max(1, run.numRanks() / given.numExecutors().getAsInt());
    return Math.min(given.numSlots(), average);
  }

  private static long leastMachine(RunMemory run, ExecutorSettings given) {
    int numExecutors = Math.min(run.numRanks(), given.numExecutors().orElse(1));
    int numSlots = given.numSlots() * given.numExecutors().orElse(1);
    return Math.min(run.numRanks(), numSlots) * run.leastOffHeap()
        + numExecutors * LEAST_OF_PROCESS;
  }

  private static long heap(RunMemory run, ExecutorSettings given, int numRanks) {
    int numExecutors = given.numExecutors().orElse((run.numRanks() + numRanks - 1) / numRanks);
    long numCopies = numExecutors > 1 ? 2 : 1;
    long tasks = Math.max(run.tasksHeap(numRanks), run.firstTaskHeap());
    long blocks = GENERATIONS * numCopies * run.stateHeap() / numExecutors;
    return RESERVED + Math.min(tasks + blocks, (long) (tasks / (1 - given.memoryFraction())));
  }
}
