package dev.kindling.spark.communicate;

import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.OffHeapMemory;
import dev.kindling.model.tensor.Tensor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import org.apache.spark.SparkConf;

/** Groups of ranks for tests, each on a thread of this JVM. */
final class Ranks {
  static final Duration TIMEOUT = Duration.ofSeconds(60);

  private Ranks() {}

  /** How ranks reach each other. */
  enum Way {
    /** Through memory. */
    MEMORY,
    /** Through sockets, each rank with its own. */
    NETWORK,
    /** Two and two share memory, with sockets between. */
    BOTH
  }

  /** What a rank does. */
  interface Job<T> {
    T run(Communicator ranks) throws Exception;
  }

  /** Does the job on all ranks at once, and returns what came of it. */
  static <T> List<T> run(Way way, int size, Job<T> job) {
    return run(way, size, TIMEOUT, job);
  }

  static <T> List<T> run(Way way, int size, Duration timeout, Job<T> job) {
    List<Transport> transports = new ArrayList<>();
    try {
      return all(group(way, size, timeout, transports), job);
    } finally {
      transports.forEach(Transport::close);
    }
  }

  private static List<Communicator> group(
      Way way, int size, Duration timeout, List<Transport> transports) {
    if (way == Way.MEMORY) {
      return Communicators.inThisJvm(size, timeout);
    }
    int perJvm = way == Way.BOTH ? 2 : 1;
    for (int rank = 0; rank < size; rank++) {
      transports.add(rank % perJvm == 0 ? listen() : transports.get(rank - 1));
    }
    List<Endpoint> endpoints =
        IntStream.range(0, size)
            .mapToObj(rank -> inJvm(transports.get(rank).endpoint(), "jvm " + rank / perJvm))
            .toList();
    GroupKey key = GroupKey.random();
    return IntStream.range(0, size)
        .mapToObj(rank -> transports.get(rank).join(key, rank, endpoints, timeout))
        .toList();
  }

  static Transport listen() {
    return Transport.listen(new SparkConf(false), "127.0.0.1");
  }

  /** The endpoint as if it were in a JVM of another name. */
  static Endpoint inJvm(Endpoint endpoint, String jvm) {
    return new Endpoint(endpoint.host(), endpoint.port(), jvm.replace(' ', '-'));
  }

  /** Does the job on all of the ranks at once, and closes them. */
  static <T> List<T> all(List<Communicator> ranks, Job<T> job) {
    List<CompletableFuture<T>> results = ranks.stream().map(rank -> start(rank, job)).toList();
    results.forEach(result -> result.handle((value, failure) -> value).join());
    try {
      return results.stream().map(CompletableFuture::join).toList();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw e;
    }
  }

  /** Does the job of one rank on a thread of its own, and closes it. */
  static <T> CompletableFuture<T> start(Communicator rank, Job<T> job) {
    CompletableFuture<T> result = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try (rank) {
                result.complete(job.run(rank));
              } catch (Throwable e) {
                result.completeExceptionally(e);
              }
            },
            "rank " + rank.rank());
    thread.start();
    return result;
  }

  /** A tensor of these values, in the memory that is given and as long as it stays open. */
  static Tensor tensor(OffHeapMemory memory, DType dtype, double... values) {
    Tensor tensor = memory.tensor(0, dtype, values.length);
    tensor.setDoubles(values);
    return tensor;
  }

  /** Does something with a tensor of these values, and returns what the tensor has then. */
  static double[] with(DType dtype, double[] values, TensorJob job) throws Exception {
    try (OffHeapMemory memory = OffHeapMemory.allocate(dtype, values.length)) {
      Tensor tensor = tensor(memory, dtype, values);
      job.run(tensor);
      return tensor.toDoubles();
    }
  }

  /** What is done with a tensor. */
  interface TensorJob {
    void run(Tensor tensor) throws Exception;
  }
}
