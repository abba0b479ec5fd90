package dev.kindling.spark.communicate;

import dev.kindling.model.backend.DeviceGroup;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Sees to it that no rank waits for ever: what a device waits for, no thread of Java knows. While
 * collectives of a rank's groups are underway, it looks whether they move on, whether the other
 * ranks are there, and whether the network still carries the group. The first failure is the last:
 * the others are told over the network, and all groups of this rank are aborted, which ends their
 * kernels.
 */
final class DeviceWatch implements AutoCloseable {
  private static final long MILLIS_BETWEEN_LOOKS = 20;

  /** One group, and since when it stands where it is. */
  private static final class Watched {
    final GroupCommunicator network;
    long ended;
    long sinceNanos = System.nanoTime();

    Watched(GroupCommunicator network) {
      this.network = network;
    }
  }

  private final Map<DeviceGroup, Watched> groups = new HashMap<>();
  private final Duration timeout;
  private boolean isClosed;
  private volatile String failure;

  /**
   * Begins to watch.
   *
   * @param timeout in which a collective has to move on
   */
  DeviceWatch(Duration timeout) {
    this.timeout = timeout;
    Thread thread = new Thread(this::watch, "kindling-device-watch");
    thread.setDaemon(true);
    thread.start();
  }

  private synchronized void watch() {
    try {
      while (!isClosed) {
        wait(MILLIS_BETWEEN_LOOKS);
        look();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Watches a group too.
   *
   * @param network the same ranks, as the network connects them
   */
  synchronized void add(DeviceGroup group, GroupCommunicator network) {
    groups.put(group, new Watched(network));
  }

  /** Watches a group no more. */
  synchronized void remove(DeviceGroup group) {
    groups.remove(group);
  }

  /**
   * Lets pass whoever begins a collective, or has one behind.
   *
   * @throws CommunicationException if a group of this rank has failed
   */
  void requireNoFailure() {
    if (failure != null) {
      throw new CommunicationException(failure);
    }
  }

  /** Breaks all groups off, because this rank gives up. */
  synchronized void abort(String reason) {
    if (failure == null) {
      failure = reason;
      groups.keySet().forEach(DeviceGroup::abort);
    }
  }

  private void look() {
    for (Map.Entry<DeviceGroup, Watched> each : groups.entrySet()) {
      if (failure == null) {
        look(each.getKey(), each.getValue()).ifPresent(reason -> fail(each.getValue(), reason));
      }
    }
  }

  private void fail(Watched watched, String reason) {
    try {
      watched.network.abort(reason);
    } finally {
      // Whether or not the others could be told: this rank's kernels wait for them no longer.
      abort(reason);
    }
  }

  /** Why there is nothing to wait for any more. */
  private Optional<String> look(DeviceGroup group, Watched watched) {
    DeviceGroup.Progress progress;
    try {
      progress = group.progress();
    } catch (RuntimeException e) {
      return Optional.of("the devices of a group cannot be asked how far they are: " + e);
    }
    long now = System.nanoTime();
    if (!progress.isUnderway() || progress.ended() > watched.ended) {
      watched.ended = progress.ended();
      watched.sinceNanos = now;
      return Optional.empty();
    }
    if (now - watched.sinceNanos > timeout.toNanos()) {
      return Optional.of(
          "a collective of devices did not move on for "
              + timeout.toMillis() / 1000.0
              + " s: an executor may be lost, stopped or cut off, or slower than"
              + " parallel.timeoutSeconds allows; the run goes on from its newest checkpoint");
    }
    return watched.network.failure();
  }

  @Override
  public synchronized void close() {
    isClosed = true;
    notifyAll();
  }
}
