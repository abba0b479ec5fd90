package dev.kindling.spark.train;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * The local steps of replicas, each as a Spark job of its own, and who of them is late. To be used
 * by one thread.
 */
final class ReplicaJobs implements AutoCloseable {
  private static final long CANCEL_EVERY_MILLIS = 100;

  private final JavaSparkContext spark;
  private final double lateAfter;
  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          work -> {
            Thread thread = new Thread(work, "kindling-replica");
            thread.setDaemon(true);
            return thread;
          });
  private final BlockingQueue<Ended> ended = new LinkedBlockingQueue<>();
  private final Set<Integer> running = new TreeSet<>();
  private final Set<Integer> arrived = new TreeSet<>();

  /** A job that has succeeded, or why it has not. */
  private record Ended(int replica, Throwable failure) {}

  /**
   * @param lateAfter a replica is late that takes longer than so many times what the faster half
   *     took of those that began with it
   */
  ReplicaJobs(JavaSparkContext spark, double lateAfter) {
    this.spark = spark;
    this.lateAfter = lateAfter;
  }

  /** Lets a replica begin. */
  void begin(int replica, JavaRDD<ReplicaOutcome> trained) {
    arrived.remove(replica);
    running.add(replica);
    threads.execute(() -> ended.add(new Ended(replica, run(trained))));
  }

  // Spark throws its checked SparkException undeclared; whatever it is, the round's thread has it.
  @SuppressWarnings("IllegalCatch")
  private Throwable run(JavaRDD<ReplicaOutcome> trained) {
    try {
      spark.setJobGroup(TrainingLoop.JOB_GROUP, "train " + trained.name(), false);
      trained.count();
      return null;
    } catch (Throwable e) {
      return e;
    }
  }

  /**
   * Waits until all replicas that have just begun are there, or the rest of them is late.
   *
   * @param beginning who has just begun
   * @param all whether to wait for everyone, and for those that were late before
   * @return who has arrived since the last call, in order; at least half of {@code beginning}
   */
  List<Integer> await(List<Integer> beginning, boolean all) {
    long started = System.nanoTime();
    int half = (beginning.size() + 1) / 2;
    arrived.clear();
    long nanosOfHalf = 0;
    while (all ? !running.isEmpty() : running.stream().anyMatch(beginning::contains)) {
      if (nanosOfHalf == 0 && beginning.stream().filter(arrived::contains).count() >= half) {
        nanosOfHalf = System.nanoTime() - started;
      }
      boolean waitsOn = all || nanosOfHalf == 0;
      long nanosLeft =
          waitsOn ? Long.MAX_VALUE : started + (long) (lateAfter * nanosOfHalf) - System.nanoTime();
      Ended next = poll(nanosLeft);
      if (next == null) {
        break;
      }
      take(next);
    }
    // Whoever was late before may be there, too.
    for (Ended next = ended.poll(); next != null; next = ended.poll()) {
      take(next);
    }
    return List.copyOf(arrived);
  }

  private Ended poll(long nanos) {
    try {
      return ended.poll(nanos, TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for replicas", e);
    }
  }

  private void take(Ended next) {
    running.remove(next.replica());
    if (next.failure() != null) {
      ReplicaJobs.<RuntimeException>throwUndeclared(next.failure());
    }
    arrived.add(next.replica());
  }

  /** As Spark throws it in the thread that it is asked in. */
  @SuppressWarnings("unchecked")
  private static <E extends Throwable> void throwUndeclared(Throwable failure) throws E {
    throw (E) failure;
  }

  /** Whether a replica was among those that the last wait has returned. */
  boolean hasArrived(int replica) {
    return arrived.contains(replica);
  }

  /** Gives up those that are still at work. */
  @Override
  public void close() {
    threads.shutdown();
    try {
      // A job that was submitted just now is not cancelled by a call before.
      while (!threads.awaitTermination(CANCEL_EVERY_MILLIS, TimeUnit.MILLISECONDS)) {
        spark.cancelJobGroup(TrainingLoop.JOB_GROUP);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
