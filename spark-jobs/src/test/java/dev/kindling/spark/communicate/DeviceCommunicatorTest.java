package dev.kindling.spark.communicate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindling.model.backend.Backend;
import dev.kindling.model.backend.Backends;
import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.OffHeapMemory;
import dev.kindling.model.tensor.Tensor;
import dev.kindling.spark.communicate.Ranks.Way;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * Which way tensors of devices take, and that no rank waits for ever for a device; with devices
 * that are none.
 */
class DeviceCommunicatorTest {
  /** What a rank does, with a GPU of its own. */
  private interface Job<T> {
    T run(Communicator ranks, FakeGpu gpu) throws Exception;
  }

  private static <T> List<T> run(int size, Duration timeout, Job<T> job) {
    return Ranks.run(
        Way.MEMORY,
        size,
        timeout,
        network -> {
          FakeGpu gpu = new FakeGpu();
          FakeGroups groups = new FakeGroups(gpu, "GPU " + network.rank(), Optional.empty());
          try (Backend kernels = Backends.open("onednn", 1);
              Communicator ranks =
                  Communicators.onDevices(network, gpu.over(kernels, Optional.of(groups)))) {
            return job.run(ranks, gpu);
          }
        });
  }

  private static Tensor tensor(OffHeapMemory memory, double... values) {
    return Ranks.tensor(memory, DType.F32, values);
  }

  /** Waits on the device, until it is done or broken off. */
  private static void sumUp(Communicator ranks, Tensor tensor) {
    Pending sum = ranks.allReduceSumInPlaceLater(tensor);
    tensor.getFloat(0);
    sum.await();
  }

  @Test
  void devicesSumUpGatherAndBroadcastWithoutACopy() {
    List<double[]> results =
        run(
            3,
            Ranks.TIMEOUT,
            (ranks, gpu) -> {
              try (OffHeapMemory ownMemory = gpu.allocate(8);
                  OffHeapMemory allMemory = gpu.allocate(24)) {
                Tensor own = tensor(ownMemory, 1 + ranks.rank(), 10);
                Tensor all = tensor(allMemory, 0, 0, 0, 0, 0, 0);
                int before = gpu.numCopies();
                ranks.allReduceSumInPlace(own);
                ranks.allReduceSumInPlaceLater(own.slice(0, 1)).await();
                ranks.allGather(own, all);
                ranks.broadcastInPlace(all.slice(5, 1), 2);
                assertThat(gpu.numCopies()).isEqualTo(before);
                assertThat(ranks.stats().bytesSent()).isLessThan(3000);
                return all.toDoubles();
              }
            });

    assertThat(results).allSatisfy(all -> assertThat(all).containsExactly(18, 30, 18, 30, 18, 30));
  }

  @Test
  void subgroupsOfDevicesDoNotHearEachOther() {
    List<double[]> results =
        run(
            4,
            Ranks.TIMEOUT,
            (ranks, gpu) -> {
              int rank = ranks.rank();
              try (OffHeapMemory memory = gpu.allocate(8);
                  Communicator rows = ranks.subgroup(rank < 2 ? List.of(0, 1) : List.of(2, 3));
                  Communicator columns =
                      ranks.subgroup(rank % 2 == 0 ? List.of(0, 2) : List.of(1, 3));
                  Communicator alone = ranks.subgroup(List.of(rank))) {
                Tensor both = tensor(memory, 1 << rank, 1 << rank);
                rows.allReduceSumInPlace(both.slice(0, 1));
                columns.allReduceSumInPlace(both.slice(1, 1));
                alone.allReduceSumInPlace(both);
                return both.toDoubles();
              }
            });

    assertThat(results.get(0)).containsExactly(3, 5);
    assertThat(results.get(1)).containsExactly(3, 10);
    assertThat(results.get(2)).containsExactly(12, 5);
    assertThat(results.get(3)).containsExactly(12, 10);
  }

  /** 1 + 3 × 2⁻⁹ would stay 1 if it were rounded after each addition. */
  @Test
  void halvesAreSummedUpInFloatsAndRoundedOnce() {
    List<double[]> sums =
        run(
            4,
            Ranks.TIMEOUT,
            (ranks, gpu) -> {
              try (OffHeapMemory memory = gpu.allocate(6)) {
                double[] values = new double[3];
                Arrays.fill(values, ranks.rank() == 0 ? 1 : 0x1p-9);
                Tensor tensor = Ranks.tensor(memory, DType.BF16, values);
                ranks.allReduceSumInPlace(tensor);
                return tensor.toDoubles();
              }
            });

    assertThat(sums)
        .allSatisfy(sum -> assertThat(sum).containsExactly(1 + 0x1p-7, 1 + 0x1p-7, 1 + 0x1p-7));
  }

  @Test
  void tensorsOfTheHostAndMessagesGoOverTheNetwork() {
    List<double[]> results =
        run(
            2,
            Ranks.TIMEOUT,
            (ranks, gpu) -> {
              try (OffHeapMemory host = OffHeapMemory.allocate(DType.F32, 1);
                  OffHeapMemory memory = gpu.allocate(8)) {
                Tensor onHost = tensor(host, 1 + ranks.rank());
                Tensor onDevice = tensor(memory, ranks.rank(), 7 * ranks.rank());
                ranks.allReduceSumInPlace(onHost);
                ranks.allReduceMaxInPlace(onDevice.slice(1, 1));
                Pending sent = ranks.send(onDevice.slice(0, 1), 1 - ranks.rank(), 3);
                ranks.receive(onDevice.slice(0, 1), 1 - ranks.rank(), 3);
                sent.await();
                ranks.barrier();
                return new double[] {
                  onHost.getFloat(0), onDevice.getFloat(0), onDevice.getFloat(1)
                };
              }
            });

    assertThat(results.get(0)).containsExactly(3, 1, 7);
    assertThat(results.get(1)).containsExactly(3, 0, 7);
  }

  @Test
  void devicesThatCannotWorkTogetherSumUpOverTheNetwork() {
    List<Class<?>> ways =
        Ranks.run(
            Way.MEMORY,
            2,
            network -> {
              FakeGpu gpu = new FakeGpu();
              FakeGroups groups = new FakeGroups(gpu, "the only GPU", Optional.empty());
              try (Backend kernels = Backends.open("onednn", 1);
                  Communicator ranks =
                      Communicators.onDevices(network, gpu.over(kernels, Optional.of(groups)));
                  OffHeapMemory memory = gpu.allocate(4)) {
                Tensor tensor = tensor(memory, 1 + ranks.rank());
                ranks.allReduceSumInPlace(tensor);
                assertThat(tensor.getFloat(0)).isEqualTo(3);
                return ranks.getClass();
              }
            });

    assertThat(ways).containsOnly(GroupCommunicator.class);
  }

  @Test
  void aBackendOfTheHostHasNoGroupsOfDevices() {
    Ranks.run(
        Way.MEMORY,
        2,
        network -> {
          try (Backend backend = Backends.open("onednn", 1)) {
            assertThat(Communicators.onDevices(network, backend)).isSameAs(network);
            assertThat(network.stats().bytesSent()).isZero();
          }
          return null;
        });
  }

  @Test
  void whyDevicesCannotWorkTogetherIsSaidAlikeByAll() {
    Announcement first = new Announcement("GPU-a", "");
    Announcement second = new Announcement("GPU-b", "");
    Announcement without = new Announcement("GPU-c", "NCCL is not there");

    assertThat(Announcement.obstacle(List.of(first, second))).isEmpty();
    assertThat(Announcement.obstacle(List.of(first, second, first)))
        .contains("ranks 0 and 2 share the device GPU-a");
    assertThat(Announcement.obstacle(List.of(first, without)))
        .contains("on the machine of rank 1 NCCL is not there");
  }

  /** As if its process stood still: the network would not notice. */
  @Test
  void aRankThatDoesNotComeToACollectiveIsNotWaitedForForEver() {
    run(
        2,
        Duration.ofMillis(500),
        (ranks, gpu) -> {
          try (OffHeapMemory memory = gpu.allocate(4)) {
            Tensor tensor = tensor(memory, 1);
            ranks.allReduceSumInPlace(tensor);
            if (ranks.rank() == 0) {
              assertThatThrownBy(() -> sumUp(ranks, tensor))
                  .isInstanceOf(CommunicationException.class)
                  .hasMessageContaining("did not move on for 0.5 s");
              assertThatThrownBy(() -> ranks.allReduceSumInPlace(tensor))
                  .isInstanceOf(CommunicationException.class)
                  .hasMessageContaining("did not move on for 0.5 s");
              assertThatThrownBy(ranks::barrier).isInstanceOf(CommunicationException.class);
            } else {
              assertThatThrownBy(
                      () -> {
                        while (true) {
                          ranks.send(tensor, 0, 1);
                          Thread.sleep(5);
                        }
                      })
                  .hasMessageContaining("did not move on for 0.5 s");
            }
          }
          return null;
        });
  }

  @Test
  void whoWaitsForADeviceLearnsWhyAnotherRankGaveUp() {
    run(
        2,
        Ranks.TIMEOUT,
        (ranks, gpu) -> {
          try (OffHeapMemory memory = gpu.allocate(4)) {
            Tensor tensor = tensor(memory, 1);
            ranks.allReduceSumInPlace(tensor);
            if (ranks.rank() == 1) {
              ranks.abort(new IllegalStateException("the disk is full"));
            } else {
              assertThatThrownBy(() -> sumUp(ranks, tensor))
                  .isInstanceOf(CommunicationException.class)
                  .hasMessageContaining("the disk is full");
            }
          }
          return null;
        });
  }

  @Test
  void whoWaitsForADeviceLearnsThatAnotherRankHasLeft() {
    run(
        2,
        Ranks.TIMEOUT,
        (ranks, gpu) -> {
          try (OffHeapMemory memory = gpu.allocate(4)) {
            Tensor tensor = tensor(memory, 1);
            ranks.allReduceSumInPlace(tensor);
            if (ranks.rank() == 0) {
              assertThatThrownBy(() -> sumUp(ranks, tensor))
                  .hasMessageContaining("it has left the group");
            }
          }
          return null;
        });
  }
}
