package dev.kindling.benchmarks.distributed;

import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.OffHeapMemory;
import dev.kindling.model.tensor.Tensor;
import dev.kindling.spark.communicate.Communicator;
import dev.kindling.spark.communicate.Endpoint;
import dev.kindling.spark.communicate.GroupKey;
import dev.kindling.spark.communicate.Transport;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.spark.SparkConf;

/**
 * One of two processes that all-reduce a vector over loopback, and copy as many bytes over a plain
 * blocking socket, each way at once: what an all-reduce of two ranks moves. Takes its rank, the
 * directory in which the two find each other, the group's key, the number of floats and of
 * repetitions; rank 0 prints the seconds of each repetition, all-reduce and copy in turn.
 */
public final class AllReduceProcess {
  private static final Duration TIMEOUT = Duration.ofSeconds(60);
  private static final int WARM_UP = 3;
  private static final int COPY_BYTES = 1 << 20;

  private AllReduceProcess() {}

  /** See above. */
  public static void main(String[] args) throws IOException {
    int rank = Integer.parseInt(args[0]);
    Path directory = Path.of(args[1]);
    long numFloats = Long.parseLong(args[3]);
    int numRuns = Integer.parseInt(args[4]);
    try (Transport transport = Transport.listen(new SparkConf(false), "127.0.0.1");
        ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Endpoint own = transport.endpoint();
      tell(
          directory.resolve("rank-" + rank),
          own.host() + " " + own.port() + " " + own.jvm() + " " + server.getLocalPort());
      String[] first = hear(directory.resolve("rank-0"));
      String[] second = hear(directory.resolve("rank-1"));
      GroupKey key = GroupKey.decoded(args[2]);
      try (Communicator ranks =
              transport.join(key, rank, List.of(endpoint(first), endpoint(second)), TIMEOUT);
          Socket socket = socket(rank, server, Integer.parseInt(first[3]));
          OffHeapMemory memory = OffHeapMemory.allocate(DType.F32, numFloats)) {
        Tensor vector = memory.tensor(0, DType.F32, numFloats);
        measure(rank, ranks, socket, vector, numRuns);
      }
    }
  }

  private static void measure(
      int rank, Communicator ranks, Socket socket, Tensor vector, int numRuns) throws IOException {
    for (int run = -WARM_UP; run < numRuns; run++) {
      ranks.barrier();
      long started = System.nanoTime();
      ranks.allReduceSumInPlace(vector);
      double reduced = (System.nanoTime() - started) / 1e9;
      ranks.barrier();
      started = System.nanoTime();
      copy(socket, vector.numBytes());
      double copied = (System.nanoTime() - started) / 1e9;
      if (rank == 0 && run >= 0) {
        System.out.println(reduced + " " + copied);
      }
    }
  }

  /** So many bytes out and in at once. */
  private static void copy(Socket socket, long numBytes) throws IOException {
    CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> send(socket, numBytes));
    byte[] buffer = new byte[COPY_BYTES];
    DataInputStream in = new DataInputStream(socket.getInputStream());
    for (long left = numBytes; left > 0; left -= buffer.length) {
      in.readFully(buffer, 0, (int) Math.min(left, buffer.length));
    }
    sending.join();
  }

  private static void send(Socket socket, long numBytes) {
    try {
      byte[] buffer = new byte[COPY_BYTES];
      OutputStream out = socket.getOutputStream();
      for (long left = numBytes; left > 0; left -= buffer.length) {
        out.write(buffer, 0, (int) Math.min(left, buffer.length));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Socket socket(int rank, ServerSocket server, int port) throws IOException {
    return rank == 0 ? server.accept() : new Socket(InetAddress.getLoopbackAddress(), port);
  }

  private static Endpoint endpoint(String[] told) {
    return new Endpoint(told[0], Integer.parseInt(told[1]), told[2]);
  }

  private static void tell(Path file, String text) throws IOException {
    Path unfinished = file.resolveSibling(file.getFileName() + ".tmp");
    Files.writeString(unfinished, text);
    Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
  }

  private static String[] hear(Path file) throws IOException {
    while (!Files.exists(file)) {
      Thread.onSpinWait();
    }
    return Files.readString(file).split(" ", -1);
  }
}
