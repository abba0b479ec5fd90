package dev.kindling.spark.communicate;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * What one rank of a group receives. Messages of one sender, context and tag form a lane, in which
 * the n-th arrival meets the n-th request. Bytes that arrive for a request which is there go
 * straight to its place; others wait on the heap, of which they may take a quarter.
 */
final class Mailbox {
  private static final long MAX_WAITING_BYTES = Runtime.getRuntime().maxMemory() / 4;

  private record LaneKey(int from, long context, long tag) {}

  /** A delivery that nobody has asked for yet. */
  private record Early(Delivery delivery, ByteBuffer bytes) {}

  /** Deliveries of which one side is still to come. */
  private static final class Lane {
    private final Deque<Early> withoutRequest = new ArrayDeque<>();
    private final Deque<Delivery> withoutArrival = new ArrayDeque<>();
  }

  /**
   * What a rank asked for.
   *
   * @param delivery of it
   * @param target where it has to go in the end
   * @param early where it is until it is waited for, if it came before; null where it goes to the
   *     target as it comes
   */
  record Request(Delivery delivery, Target target, ByteBuffer early) {
    boolean isDirect() {
      return early == null;
    }

    /** Waits until the target has all bytes; once. */
    void await(Duration timeout) throws ExecutionException, InterruptedException, TimeoutException {
      delivery.await(timeout);
      if (!isDirect()) {
        target.write(early.duplicate());
      }
    }
  }

  private final GroupKey key;
  private final int rank;
  private final int numRanks;
  private final Map<LaneKey, Lane> lanes = new HashMap<>();
  private final Set<Delivery> underway = new HashSet<>();
  private final Map<Integer, String> gone = new HashMap<>();
  private final CompletableFuture<String> failure = new CompletableFuture<>();
  private long waitingBytes;

  /** The empty mailbox of one rank. */
  Mailbox(GroupKey key, int rank, int numRanks) {
    this.key = key;
    this.rank = rank;
    this.numRanks = numRanks;
  }

  /** Whether a message comes from another rank of the group. */
  boolean admits(MessageHeader message) {
    int from = message.from();
    return key.matches(message.key()) && from >= 0 && from < numRanks && from != rank;
  }

  /** Begins an arrival. What does not suit its request fails both sides. */
  synchronized Delivery arrive(int from, long context, long tag, int length) {
    LaneKey laneKey = new LaneKey(from, context, tag);
    Lane lane = lanes.computeIfAbsent(laneKey, missing -> new Lane());
    Delivery delivery = lane.withoutArrival.poll();
    if (delivery == null) {
      ByteBuffer room = roomFor(length);
      delivery = new Delivery(from, Target.place(room));
      lane.withoutRequest.add(new Early(delivery, room));
    } else if (delivery.length() != length) {
      fail(mismatch(from, length, delivery.length()));
    }
    underway.add(delivery);
    if (failure.isDone()) {
      delivery.fail(failure.join());
    }
    forgetIfEmpty(laneKey, lane);
    return delivery;
  }

  private ByteBuffer roomFor(int length) {
    if (waitingBytes + length > MAX_WAITING_BYTES) {
      fail(
          "rank "
              + rank
              + " gave up: more than "
              + MAX_WAITING_BYTES
              + " bytes wait for it to ask for them, a quarter of its heap: raise"
              + " spark.executor.memory");
      return ByteBuffer.allocate(0);
    }
    waitingBytes += length;
    return ByteBuffer.allocate(length);
  }

  private String mismatch(int from, int came, int expected) {
    return "rank "
        + rank
        + " gave up: "
        + came
        + " bytes came from rank "
        + from
        + " where "
        + expected
        + " were expected: the ranks do not take the same steps";
  }

  /** The bytes of an arrival are all here. */
  void finish(Delivery delivery) {
    delivery.finish();
    forget(delivery);
  }

  /** The rest of an arrival will not come. */
  void fail(Delivery delivery, String reason) {
    delivery.fail(reason);
    forget(delivery);
  }

  private synchronized void forget(Delivery delivery) {
    underway.remove(delivery);
  }

  /**
   * Asks for the next message of a lane.
   *
   * @param target of its bytes; written to until the request came to an end
   */
  synchronized Request request(int from, long context, long tag, Target target) {
    LaneKey laneKey = new LaneKey(from, context, tag);
    Lane lane = lanes.computeIfAbsent(laneKey, missing -> new Lane());
    Early early = lane.withoutRequest.poll();
    Delivery delivery;
    if (early == null) {
      delivery = new Delivery(from, target);
      lane.withoutArrival.add(delivery);
    } else {
      delivery = early.delivery();
      waitingBytes -= delivery.length();
      if (delivery.length() != target.length()) {
        fail(mismatch(from, delivery.length(), target.length()));
        delivery = new Delivery(from, target);
      }
    }
    if (failure.isDone()) {
      delivery.fail(failure.join());
    } else if (early == null && gone.containsKey(from)) {
      delivery.fail(gone.get(from));
    }
    forgetIfEmpty(laneKey, lane);
    return new Request(delivery, target, early == null ? null : early.bytes());
  }

  private void forgetIfEmpty(LaneKey laneKey, Lane lane) {
    if (lane.withoutRequest.isEmpty() && lane.withoutArrival.isEmpty()) {
      lanes.remove(laneKey);
    }
  }

  /** A rank will send no more: whoever waits for it learns why. */
  synchronized void leave(int from, String reason) {
    gone.putIfAbsent(from, reason);
    for (Delivery delivery : unfinished()) {
      if (delivery.from() == from) {
        delivery.fail(reason);
      }
    }
  }

  /** Why a rank will send no more; empty while it may. */
  synchronized Optional<String> whyGone(int from) {
    return Optional.ofNullable(gone.get(from));
  }

  /**
   * The group has failed: whoever waits learns why, and nothing is written to any target from now
   * on.
   */
  synchronized void fail(String reason) {
    if (failure.complete(reason)) {
      unfinished().forEach(delivery -> delivery.fail(reason));
    }
  }

  private List<Delivery> unfinished() {
    List<Delivery> unfinished = new ArrayList<>(underway);
    lanes.values().forEach(lane -> unfinished.addAll(lane.withoutArrival));
    return unfinished;
  }

  /** Why the group failed, if it has, or does within a time. */
  Optional<String> failure(Duration within) {
    try {
      return Optional.of(failure.get(within.toMillis(), TimeUnit.MILLISECONDS));
    } catch (TimeoutException | ExecutionException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }
}
