package dev.kindling.spark.communicate;

import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.OffHeapMemory;
import dev.kindling.model.tensor.Tensor;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.DoubleStream;

/**
 * Rank 1 of 2 in a process of its own: says where it listens, hears the key and where rank 0 does,
 * takes part in one all-reduce of so many ones, and then in another that never ends.
 */
final class RankProcess {
  private RankProcess() {}

  public static void main(String[] args) throws IOException {
    int length = Integer.parseInt(args[0]);
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    try (Transport transport = Ranks.listen();
        OffHeapMemory memory = OffHeapMemory.allocate(DType.F32, length)) {
      System.out.println(transport.endpoint().encoded());
      GroupKey key = GroupKey.decoded(in.readLine());
      List<Endpoint> endpoints = List.of(Endpoint.decoded(in.readLine()), transport.endpoint());
      try (Communicator ranks = transport.join(key, 1, endpoints, Ranks.TIMEOUT)) {
        System.out.println("joined");
        Tensor tensor = memory.tensor(0, DType.F32, length);
        tensor.setDoubles(DoubleStream.generate(() -> 1).limit(length).toArray());
        ranks.allReduceSumInPlace(tensor);
        System.out.println("summed up");
        ranks.receive(tensor, 0, 99);
      }
    }
  }
}
