package dev.kindling.spark.communicate;

import dev.kindling.model.tensor.Tensor;

/**
 * The all-reduce of a large tensor around a ring (Patarasuk and Yuan 2009): every rank sends to the
 * next what it received from the previous, reduced with its own; each byte crosses each link twice,
 * less a share.
 *
 * <p>Of n ranks, in step s the chunk (rank - s) mod n goes out and (rank - s - 1) mod n comes in.
 * In the first n - 1 steps what comes is reduced into its place, on the thread that reads it from
 * the network (reduce-scatter); in the others it is the result and replaces it (all-gather). So the
 * elements of a chunk are reduced once, from one rank to the next, beginning at the rank of the
 * chunk's number: all get the same bits, always.
 *
 * <p>A chunk is cut into parts, which follow each other without a pause over all steps: part k may
 * go as soon as part k - (parts of a chunk) has come. A few are on their way at once, so that links
 * and processors work at the same time; no rank gets further ahead of another than those.
 */
final class RingAllReduce {
  /** The most bytes of a part; small enough that links do not wait for each other long. */
  private static final int PART_BYTES = 512 << 10;

  /** Parts that are on their way at once. */
  private static final int WINDOW = 4;

  private final GroupCommunicator ranks;
  private final Reduction reduction;
  private final Tensor tensor;
  private final long tag;
  private final int next;
  private final int previous;
  private final int numParts;
  private final int numReduced;
  private final int numMessages;
  private final int window;
  private final Mailbox.Request[] requests;
  private final Pending[] sent;

  /**
   * Prepares it.
   *
   * @param ranks at least 2
   * @param tensor at least as many elements as ranks
   * @param tag that nothing else has
   */
  RingAllReduce(GroupCommunicator ranks, Reduction reduction, Tensor tensor, long tag) {
    int size = ranks.size();
    this.ranks = ranks;
    this.reduction = reduction;
    this.tensor = tensor;
    this.tag = tag;
    next = (ranks.rank() + 1) % size;
    previous = (ranks.rank() + size - 1) % size;
    numParts = Math.toIntExact(ceilDiv(ceilDiv(tensor.numBytes(), size), PART_BYTES));
    numReduced = (size - 1) * numParts;
    numMessages = 2 * numReduced;
    window = Math.min(numParts, WINDOW);
    requests = new Mailbox.Request[numMessages];
    sent = new Pending[numMessages];
  }

  private static long ceilDiv(long dividend, long divisor) {
    return (dividend + divisor - 1) / divisor;
  }

  void run() {
    for (int message = 0; message < window; message++) {
      begin(message);
    }
    for (int message = 0; message < numMessages; message++) {
      ranks.await(previous, requests[message]);
      if (message + window < numMessages) {
        begin(message + window);
      }
    }
    for (Pending each : sent) {
      each.await();
    }
  }

  private void begin(int message) {
    if (message >= numReduced) {
      // What comes replaces what went out in the first steps: it must have gone.
      sent[message - numReduced].await();
    }
    requests[message] = ranks.request(target(message), previous, tag);
    sent[message] = ranks.sendPart(part(message, 0), next, tag);
  }

  /** What becomes of a message of the previous rank. */
  private Target target(int message) {
    Tensor coming = part(message, 1);
    return message < numReduced
        ? Target.reduced(reduction, coming)
        : Target.place(coming.byteBuffer());
  }

  /** The part that goes out as this message, or with {@code behind} 1 comes in as it. */
  private Tensor part(int message, int behind) {
    int chunk = Math.floorMod(ranks.rank() - message / numParts - behind, ranks.size());
    long index = (long) chunk * numParts + message % numParts;
    long numAll = (long) ranks.size() * numParts;
    long first = tensor.numElements() * index / numAll;
    long end = tensor.numElements() * (index + 1) / numAll;
    return tensor.slice(first, end - first);
  }
}
