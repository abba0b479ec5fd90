package dev.kindling.spark.communicate;

import static dev.kindling.spark.communicate.Ranks.inJvm;
import static dev.kindling.spark.communicate.Ranks.listen;
import static dev.kindling.spark.communicate.Ranks.with;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindling.model.tensor.DType;
import dev.kindling.spark.communicate.Ranks.Way;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Ranks that are late, give up, leave, or do not take the same steps. */
class FailureTest {
  private static final Duration SHORT = Duration.ofMillis(1500);

  /** What a rank says when it fails, or null. */
  private static String failureOf(Ranks.TensorJob job, int length) throws Exception {
    try {
      with(DType.F32, new double[length], job);
      return null;
    } catch (CommunicationException e) {
      return e.getMessage();
    }
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  void aRankThatDoesNotComeIsNamed(Way way) {
    CountDownLatch others = new CountDownLatch(2);
    List<String> failures =
        Ranks.run(
            way,
            3,
            SHORT,
            ranks -> {
              if (ranks.rank() == 1) {
                others.await();
                return null;
              }
              try {
                return failureOf(tensor -> ranks.receive(tensor, 1, 0), 5);
              } finally {
                others.countDown();
              }
            });

    assertThat(List.of(failures.get(0), failures.get(2)))
        .allSatisfy(failure -> assertThat(failure).contains("rank 1 ("))
        .anySatisfy(
            failure ->
                assertThat(failure)
                    .contains("nothing came for 1.5 s", "parallel.timeoutSeconds", "checkpoint"));
  }

  /** With the timeout of {@link Ranks#TIMEOUT} this test would take too long if they waited. */
  @ParameterizedTest
  @EnumSource(Way.class)
  void theReasonOfARankThatGivesUpReachesAllOthers(Way way) {
    for (int length : new int[] {5, 2_000_003}) {
      List<String> failures =
          Ranks.run(
              way,
              4,
              ranks -> {
                if (ranks.rank() == 2) {
                  ranks.barrier();
                  ranks.abort(new ArithmeticException("the loss is NaN"));
                  return "";
                }
                // Some may still be in the barrier when the others have passed it.
                return failureOf(
                    tensor -> {
                      ranks.barrier();
                      ranks.allReduceSumInPlace(tensor);
                    },
                    length);
              });

      for (int rank : new int[] {0, 1, 3}) {
        assertThat(failures.get(rank))
            .startsWith("rank " + rank + " ")
            .contains("rank 2 gave up: java.lang.ArithmeticException: the loss is NaN");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  void aRankThatLeavesWithoutAWordIsNoticedAtOnce(Way way) {
    List<String> failures =
        Ranks.run(
            way,
            3,
            ranks -> {
              ranks.barrier();
              return ranks.rank() == 1 ? "" : failureOf(tensor -> ranks.receive(tensor, 1, 0), 5);
            });

    assertThat(List.of(failures.get(0), failures.get(2)))
        .anySatisfy(
            failure ->
                assertThat(failure)
                    .contains("waits for rank 1")
                    .containsAnyOf("was closed", "has left the group"));
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  void whatWasSentBeforeLeavingStillArrives(Way way) {
    CountDownLatch left = new CountDownLatch(1);
    List<double[]> received =
        Ranks.run(
            way,
            2,
            ranks -> {
              if (ranks.rank() == 0) {
                double[] sent =
                    with(
                        DType.F32,
                        new double[] {1, 2, 3},
                        tensor -> ranks.send(tensor, 1, 7).await());
                ranks.close();
                left.countDown();
                return sent;
              }
              left.await();
              return with(DType.F32, new double[3], tensor -> ranks.receive(tensor, 0, 7));
            });

    assertThat(received.get(1)).containsExactly(1, 2, 3);
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  void ranksWithDifferentSizesAreToldSo(Way way) {
    List<String> failures =
        Ranks.run(
            way, 2, ranks -> failureOf(ranks::allReduceSumInPlace, ranks.rank() == 0 ? 3 : 4));

    assertThat(failures)
        .allSatisfy(
            failure ->
                assertThat(failure)
                    .contains("bytes came from rank", "the ranks do not take the same steps"));
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  void anAllReduceInTheBackgroundFailsWhereItIsAwaited(Way way) {
    List<String> failures =
        Ranks.run(
            way,
            2,
            ranks -> {
              ranks.barrier();
              if (ranks.rank() == 1) {
                ranks.abort(new IllegalStateException("out of memory"));
                return "";
              }
              return failureOf(
                  tensor -> {
                    Pending sum = ranks.allReduceSumInPlaceLater(tensor);
                    sum.await();
                  },
                  1_000_000);
            });

    assertThat(failures.get(0)).contains("rank 1 gave up", "out of memory");
  }

  @Test
  void aConnectionThatStopsWithoutAWordIsNamedAndReleasesTheTensors() throws Exception {
    try (Transport left = listen();
        Transport right = listen();
        StoppableProxy proxy = new StoppableProxy(inJvm(right.endpoint(), "right"))) {
      CyclicBarrier both = new CyclicBarrier(2);
      GroupKey key = GroupKey.random();
      Endpoint leftEndpoint = inJvm(left.endpoint(), "left");
      Communicator first = left.join(key, 0, List.of(leftEndpoint, proxy.endpoint()), SHORT);
      Communicator second =
          right.join(key, 1, List.of(leftEndpoint, inJvm(right.endpoint(), "right")), SHORT);
      Ranks.Job<String> job =
          ranks -> {
            ranks.barrier();
            // Nothing of the barrier is under way any more when the connection stops.
            both.await();
            proxy.stop();
            return failureOf(ranks::allReduceSumInPlace, 4_000_003);
          };
      CompletableFuture<String> firstFailure = Ranks.start(first, job);
      CompletableFuture<String> secondFailure = Ranks.start(second, job);

      assertThat(List.of(firstFailure.get(), secondFailure.get()))
          .anySatisfy(failure -> assertThat(failure).contains("1.5 s"))
          .allSatisfy(failure -> assertThat(failure).containsPattern("rank [01] \\("));
    }
  }

  @Test
  void aRankThatCannotBeReachedIsNamed() throws Exception {
    try (Transport transport = listen()) {
      Endpoint here = inJvm(transport.endpoint(), "here");
      Endpoint nobody = new Endpoint("127.0.0.1", unusedPort(), "nobody");
      Communicator rank =
          transport.join(GroupKey.random(), 0, List.of(here, nobody), Duration.ofSeconds(30));
      CompletableFuture<Object> result =
          Ranks.start(
              rank,
              ranks -> {
                ranks.barrier();
                return null;
              });

      assertThatThrownBy(result::join)
          .isInstanceOf(CompletionException.class)
          .cause()
          .isInstanceOf(CommunicationException.class)
          .hasMessageStartingWith("rank 0 sends to rank 1 (" + nobody + "): cannot connect:");
    }
  }

  private static int unusedPort() throws Exception {
    try (java.net.ServerSocket socket = new java.net.ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  @Test
  void aTaskThatIsKilledTellsTheOthers() throws Exception {
    List<Communicator> group = Communicators.inThisJvm(2, Ranks.TIMEOUT);
    CountDownLatch waits = new CountDownLatch(1);
    CompletableFuture<Thread> thread = new CompletableFuture<>();
    CompletableFuture<String> killed =
        Ranks.start(
            group.get(0),
            ranks -> {
              thread.complete(Thread.currentThread());
              waits.countDown();
              return failureOf(tensor -> ranks.receive(tensor, 1, 0), 5);
            });
    waits.await();
    CompletableFuture<String> other =
        Ranks.start(group.get(1), ranks -> failureOf(tensor -> ranks.receive(tensor, 0, 0), 5));
    thread.get().interrupt();

    assertThat(killed.get()).contains("the task was killed");
    assertThat(other.get()).contains("rank 0 gave up", "the task was killed");
  }
}
