package dev.kindling.benchmarks.communicate;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.OffHeapMemory;
import dev.kindling.model.tensor.Tensor;
import dev.kindling.spark.communicate.Communicator;
import dev.kindling.spark.communicate.Endpoint;
import dev.kindling.spark.communicate.GroupKey;
import dev.kindling.spark.communicate.Transport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.SparkConf;

/**
 * One of the two processes behind {@link AllReduceTimes#measure}. Takes its rank, the directory in
 * which the two find each other, the group's key, the number of floats and of runs; prints the
 * times as JSON.
 */
final class AllReduceProcess {
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  /** The compiler is busy with the network's code for some seconds. */
  private static final int WARM_UP = 60;

  private AllReduceProcess() {}

  /** See above. */
  public static void main(String[] args) throws IOException, InterruptedException {
    int rank = Integer.parseInt(args[0]);
    Path meeting = Path.of(args[1]);
    GroupKey key = GroupKey.decoded(args[2]);
    long numFloats = Long.parseLong(args[3]);
    InetAddress loopback = InetAddress.getLoopbackAddress();
    try (Transport transport = Transport.listen(new SparkConf(false), loopback.getHostAddress());
        ServerSocketChannel server =
            ServerSocketChannel.open().bind(new InetSocketAddress(loopback, 0))) {
      tell(
          meeting.resolve("rank-" + rank),
          server.socket().getLocalPort() + " " + transport.endpoint().encoded());
      String[] first = hear(meeting.resolve("rank-0"));
      String[] second = hear(meeting.resolve("rank-1"));
      List<Endpoint> endpoints = List.of(Endpoint.decoded(first[1]), Endpoint.decoded(second[1]));
      try (Communicator ranks = transport.join(key, rank, endpoints, TIMEOUT);
          SocketChannel socket =
              rank == 0
                  ? server.accept()
                  : SocketChannel.open(
                      new InetSocketAddress(loopback, Integer.parseInt(first[0])));
          OffHeapMemory memory = OffHeapMemory.allocate(DType.F32, 2, numFloats)) {
        Tensor vectors = memory.tensor(0, DType.F32, 2, numFloats);
        AllReduceTimes times =
            measure(
                ranks,
                new PlainCopy(socket),
                vectors.slice(0, numFloats),
                vectors.slice(numFloats, numFloats),
                Integer.parseInt(args[4]));
        System.out.println(new ObjectMapper().writeValueAsString(times));
      }
    }
  }

  private static AllReduceTimes measure(
      Communicator ranks, PlainCopy copy, Tensor vector, Tensor copied, int numRuns)
      throws IOException, InterruptedException {
    double[] allReduce = new double[numRuns];
    double[] plain = new double[numRuns];
    for (int run = -WARM_UP; run < numRuns; run++) {
      ranks.barrier();
      long started = System.nanoTime();
      ranks.allReduceSumInPlace(vector);
      long reduced = System.nanoTime();
      ranks.barrier();
      long copying = System.nanoTime();
      copy.exchange(vector.byteBuffer(), copied.byteBuffer());
      if (run >= 0) {
        allReduce[run] = (reduced - started) / 1e9;
        plain[run] = (System.nanoTime() - copying) / 1e9;
      }
    }
    return new AllReduceTimes(median(allReduce), median(plain));
  }

  private static double median(double[] values) {
    Arrays.sort(values);
    return values[values.length / 2];
  }

  private static void tell(Path file, String text) throws IOException {
    Path unfinished = file.resolveSibling(file.getFileName() + ".unfinished");
    Files.writeString(unfinished, text);
    Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
  }

  private static String[] hear(Path file) throws IOException, InterruptedException {
    while (!Files.exists(file)) {
      Thread.sleep(10);
    }
    return Files.readString(file).split(" ", 2);
  }
}
