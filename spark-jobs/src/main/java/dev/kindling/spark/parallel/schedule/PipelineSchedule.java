package dev.kindling.spark.parallel.schedule;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * What every rank of a pipeline does, in order. The model is cut into p · v virtual stages, of
 * which rank r has numbers r, p + r, 2p + r, …: its chunks 0, 1, 2, ….
 *
 * @param kind how it was made
 * @param numRanks p
 * @param numChunks v, chunks of every rank; 1 but for interleaved schedules
 * @param numMicroBatches m
 * @param actions by rank
 */
public record PipelineSchedule(
    ScheduleKind kind, int numRanks, int numChunks, int numMicroBatches, List<List<Action>> actions)
    implements Serializable {
  /** Keeps unmodifiable copies. */
  public PipelineSchedule {
    actions = actions.stream().map(List::copyOf).toList();
  }

  /**
   * Makes a schedule.
   *
   * @param numChunks 1, or more for an interleaved one
   * @throws IllegalArgumentException if the numbers do not go together
   */
  public static PipelineSchedule of(
      ScheduleKind kind, int numRanks, int numChunks, int numMicroBatches) {
    require(kind, numRanks, numChunks, numMicroBatches);
    List<List<Action>> actions = new ArrayList<>();
    for (int rank = 0; rank < numRanks; rank++) {
      actions.add(
          switch (kind) {
            case GPIPE -> inTurn(numMicroBatches, numMicroBatches, numRanks, 1);
            case ONE_FORWARD_ONE_BACKWARD ->
                inTurn(numMicroBatches, numRanks - rank - 1, numRanks, 1);
            case INTERLEAVED ->
                inTurn(
                    numMicroBatches * numChunks,
                    2 * (numRanks - rank - 1) + (numChunks - 1) * numRanks,
                    numRanks,
                    numChunks);
          });
    }
    return new PipelineSchedule(kind, numRanks, numChunks, numMicroBatches, actions);
  }

  private static void require(ScheduleKind kind, int numRanks, int numChunks, int numMicroBatches) {
    if (numRanks < 1 || numChunks < 1 || numMicroBatches < 1) {
      throw new IllegalArgumentException(
          numRanks
              + " pipeline stages, "
              + numChunks
              + " virtual stages and "
              + numMicroBatches
              + " micro-batches were given: expected 1 or more of each");
    }
    boolean interleaved = kind == ScheduleKind.INTERLEAVED;
    if (interleaved != numChunks > 1) {
      throw new IllegalArgumentException(
          "schedule is "
              + kind
              + " and virtualStages "
              + numChunks
              + ": an interleaved schedule has 2 or more, any other has 1");
    }
    if (interleaved && numMicroBatches % numRanks != 0) {
      throw new IllegalArgumentException(
          "microBatches "
              + numMicroBatches
              + " is not a multiple of pipelineParallel "
              + numRanks
              + ", which an interleaved schedule needs: change one of the two, or take the schedule"
              + " 1f1b");
    }
  }

  /**
   * Some forward passes, then one forward and one backward pass in turn, then the backward rest.
   */
  private static List<Action> inTurn(int numPasses, int numWarmUp, int numRanks, int numChunks) {
    int warmUp = Math.min(numWarmUp, numPasses);
    List<Action> actions = new ArrayList<>();
    for (int pass = 0; pass < warmUp; pass++) {
      actions.add(forward(pass, numRanks, numChunks));
    }
    for (int pass = warmUp; pass < numPasses; pass++) {
      actions.add(forward(pass, numRanks, numChunks));
      actions.add(backward(pass - warmUp, numRanks, numChunks));
    }
    for (int pass = numPasses - warmUp; pass < numPasses; pass++) {
      actions.add(backward(pass, numRanks, numChunks));
    }
    return actions;
  }

  private static Action forward(int pass, int numRanks, int numChunks) {
    int chunk = pass % (numRanks * numChunks) / numRanks;
    return Action.forward(chunk, microBatch(pass, numRanks, numChunks));
  }

  private static Action backward(int pass, int numRanks, int numChunks) {
    int chunk = numChunks - 1 - pass % (numRanks * numChunks) / numRanks;
    return Action.backward(chunk, microBatch(pass, numRanks, numChunks));
  }

  /** As many micro-batches as there are ranks go through a chunk before the next chunk's turn. */
  private static int microBatch(int pass, int numRanks, int numChunks) {
    return numChunks == 1 ? pass : pass / (numRanks * numChunks) * numRanks + pass % numRanks;
  }

  /** The virtual stage of a rank's chunk. */
  public int stage(int rank, int chunk) {
    return chunk * numRanks + rank;
  }

  /** The rank that has a virtual stage. */
  public int rank(int stage) {
    return stage % numRanks;
  }

  /** p · v. */
  public int numStages() {
    return numRanks * numChunks;
  }
}
