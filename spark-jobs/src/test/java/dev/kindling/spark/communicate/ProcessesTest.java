package dev.kindling.spark.communicate;

import static dev.kindling.spark.communicate.Ranks.with;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindling.model.tensor.DType;
import dev.kindling.spark.communicate.Ranks.Way;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.net.ConnectException;
import java.net.Socket;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Ranks in processes, their death, and what groups leave behind. */
class ProcessesTest {
  private static final int LENGTH = 1_000_003;

  @Test
  void twoProcessesSumUpAndTheDeathOfOneIsNoticedAtOnce() throws Exception {
    Process process = start();
    try (Transport transport = Ranks.listen();
        BufferedReader said = process.inputReader();
        BufferedWriter told = process.outputWriter()) {
      Endpoint other = Endpoint.decoded(said.readLine());
      GroupKey key = GroupKey.random();
      told.write(key.encoded() + "\n" + transport.endpoint().encoded() + "\n");
      told.flush();
      List<Endpoint> endpoints = List.of(transport.endpoint(), other);
      try (Communicator ranks = transport.join(key, 0, endpoints, Ranks.TIMEOUT)) {
        assertThat(said.readLine()).isEqualTo("joined");
        double[] sum =
            with(
                DType.F32,
                IntStream.range(0, LENGTH).mapToDouble(i -> i).toArray(),
                ranks::allReduceSumInPlace);
        assertThat(sum).isEqualTo(IntStream.range(0, LENGTH).mapToDouble(i -> i + 1).toArray());
        assertThat(said.readLine()).isEqualTo("summed up");

        process.destroyForcibly();
        assertThatThrownBy(
                () -> with(DType.F32, new double[9], tensor -> ranks.receive(tensor, 1, 0)))
            .isInstanceOf(CommunicationException.class)
            .hasMessageStartingWith("rank 0 waits for rank 1 (" + other + "): ")
            .hasMessageContaining("closed");
      }
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  private static Process start() throws Exception {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx256m",
            "--add-opens=java.base/java.nio=ALL-UNNAMED",
            "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            RankProcess.class.getName(),
            String.valueOf(LENGTH))
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  @Test
  void groupsLeaveNoThreadsPortsOrMailboxesBehind() throws Exception {
    // Sessions of other tests in this process keep their executor's transport open.
    Set<Thread> before = ours();
    for (Way way : Way.values()) {
      Ranks.run(
          way,
          4,
          ranks -> {
            with(
                DType.F32,
                new double[300_007],
                tensor -> {
                  ranks.allReduceSumInPlaceLater(tensor).await();
                  ranks.allReduceSumInPlace(tensor);
                });
            return null;
          });
    }
    Endpoint endpoint;
    try (Transport transport = Ranks.listen()) {
      endpoint = transport.endpoint();
    }

    Set<Thread> left = ours();
    left.removeAll(before);
    for (Thread thread : left) {
      thread.join(Ranks.TIMEOUT.toMillis());
      assertThat(thread.isAlive()).as(thread.getName()).isFalse();
    }
    assertThat(Mailboxes.numOpen()).isZero();
    assertThatThrownBy(() -> new Socket(endpoint.host(), endpoint.port()).close())
        .isInstanceOf(ConnectException.class);
  }

  private static Set<Thread> ours() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("kindling-"))
        .collect(Collectors.toSet());
  }
}
