package dev.kindling.spark.communicate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.OffHeapMemory;
import dev.kindling.model.tensor.Tensor;
import dev.kindling.spark.communicate.Ranks.TensorJob;
import dev.kindling.spark.communicate.Ranks.Way;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes over the network between devices comes to the same bits as between hosts. */
class DeviceTensorsTest {
  private static final int SIZE = 3;

  /** What a rank does with a tensor. */
  private interface Exchange {
    void run(Communicator ranks, Tensor tensor) throws Exception;
  }

  private static double[] values(int rank, int length) {
    SplittableRandom random = new SplittableRandom(rank);
    return IntStream.range(0, length).mapToDouble(i -> (float) random.nextDouble(-1, 1)).toArray();
  }

  private static double[] onDevice(FakeGpu gpu, DType dtype, double[] values, TensorJob job)
      throws Exception {
    try (OffHeapMemory memory = gpu.allocate((long) values.length * dtype.bytes())) {
      Tensor tensor = Ranks.tensor(memory, dtype, values);
      job.run(tensor);
      return tensor.toDoubles();
    }
  }

  private static void comesToTheSame(Way way, DType dtype, int length, Exchange exchange) {
    List<double[]> onHosts =
        Ranks.run(
            way,
            SIZE,
            ranks ->
                Ranks.with(
                    dtype, values(ranks.rank(), length), tensor -> exchange.run(ranks, tensor)));
    List<double[]> onDevices =
        Ranks.run(
            way,
            SIZE,
            ranks ->
                onDevice(
                    new FakeGpu(),
                    dtype,
                    values(ranks.rank(), length),
                    tensor -> exchange.run(ranks, tensor)));
    for (int rank = 0; rank < SIZE; rank++) {
      assertThat(onDevices.get(rank)).isEqualTo(onHosts.get(rank));
    }
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  void sumsAndMaximaComeToTheSame(Way way) {
    for (int length : new int[] {1, 1021, 300_007}) {
      for (DType dtype : new DType[] {DType.F32, DType.BF16}) {
        comesToTheSame(way, dtype, length, Communicator::allReduceSumInPlace);
        comesToTheSame(way, dtype, length, Communicator::allReduceMaxInPlace);
      }
      comesToTheSame(
          way,
          DType.F32,
          length,
          (ranks, tensor) -> {
            Pending sum = ranks.allReduceSumInPlaceLater(tensor);
            ranks.barrier();
            sum.await();
          });
    }
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  void broadcastsAndMessagesComeToTheSame(Way way) {
    for (int length : new int[] {1, 1021, 300_007}) {
      comesToTheSame(way, DType.F32, length, (ranks, tensor) -> ranks.broadcastInPlace(tensor, 1));
      comesToTheSame(
          way,
          DType.BF16,
          length,
          (ranks, tensor) -> {
            int next = (ranks.rank() + 1) % SIZE;
            Pending first = ranks.send(tensor, next, 1);
            Pending second = ranks.send(tensor, next, 2);
            second.await();
            first.await();
            first.await();
            ranks.receive(tensor, (ranks.rank() + SIZE - 1) % SIZE, 2);
            ranks.receive(tensor, (ranks.rank() + SIZE - 1) % SIZE, 1);
          });
    }
  }

  @Test
  void devicesAreGatheredFrom() {
    int length = 70_001;
    List<double[]> gathered =
        Ranks.run(
            Way.MEMORY,
            SIZE,
            ranks -> {
              FakeGpu gpu = new FakeGpu();
              return onDevice(
                  gpu,
                  DType.F32,
                  new double[SIZE * length],
                  all ->
                      onDevice(
                          gpu,
                          DType.F32,
                          values(ranks.rank(), length),
                          own -> ranks.allGather(own, all)));
            });
    double[] expected =
        IntStream.range(0, SIZE)
            .mapToObj(rank -> values(rank, length))
            .flatMapToDouble(Arrays::stream)
            .toArray();
    assertThat(gathered).allSatisfy(all -> assertThat(all).isEqualTo(expected));
  }

  /** One copy down and one up, however the ring cuts the tensor. */
  @Test
  void aSumCopiesEveryByteOnceEachWay() {
    Ranks.run(
        Way.NETWORK,
        2,
        ranks -> {
          FakeGpu gpu = new FakeGpu();
          onDevice(
              gpu,
              DType.F32,
              values(ranks.rank(), 3_000_001),
              tensor -> {
                int before = gpu.numCopies();
                ranks.allReduceSumInPlace(tensor);
                assertThat(gpu.numCopies() - before).isEqualTo(2);
              });
          return null;
        });
  }

  /** Larger than what is copied at once. */
  @ParameterizedTest
  @ValueSource(ints = {Staging.PART_BYTES / Float.BYTES + 5})
  void aLargeSumIsCopiedInParts(int length) {
    List<float[]> ends =
        Ranks.run(
            Way.MEMORY,
            2,
            ranks -> {
              FakeGpu gpu = new FakeGpu();
              try (OffHeapMemory memory = gpu.allocate((long) length * Float.BYTES)) {
                Tensor tensor = memory.tensor(0, DType.F32, length);
                tensor.setFloat(0, 1 + ranks.rank());
                tensor.setFloat(length - 1, 10 + ranks.rank());
                int before = gpu.numCopies();
                ranks.allReduceSumInPlace(tensor);
                assertThat(gpu.numCopies() - before).isEqualTo(4);
                return new float[] {tensor.getFloat(0), tensor.getFloat(length - 1)};
              }
            });
    assertThat(ends).allSatisfy(each -> assertThat(each).containsExactly(3, 21));
  }

  @Test
  void aGroupOfOneCopiesNothing() {
    Ranks.run(
        Way.MEMORY,
        1,
        ranks -> {
          FakeGpu gpu = new FakeGpu();
          onDevice(
              gpu,
              DType.F32,
              values(0, 7),
              tensor -> {
                int before = gpu.numCopies();
                ranks.allReduceSumInPlace(tensor);
                ranks.allReduceMaxInPlace(tensor);
                ranks.broadcastInPlace(tensor, 0);
                assertThat(gpu.numCopies()).isEqualTo(before);
              });
          return null;
        });
  }
}
