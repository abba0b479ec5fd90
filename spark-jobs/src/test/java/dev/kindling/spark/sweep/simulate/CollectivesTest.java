package dev.kindling.spark.sweep.simulate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.OffHeapMemory;
import dev.kindling.spark.communicate.Communicator;
import dev.kindling.spark.communicate.Communicators;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CollectivesTest {
  private static final Collectives NETWORK = new Collectives(1e-4, 1e9);

  @Test
  void aRingOfFourSendsSixTimesAQuarter() {
    // 16 MB: 6 messages of 4 MB, each 0.1 ms + 4 ms.
    assertThat(NETWORK.allReduce(DType.F32, 4_000_000, 4)).isCloseTo(0.0246, within(1e-12));
  }

  @Test
  void smallTensorsGoToEveryOtherRank() {
    // 4 KB to 3 others, each 0.1 ms + 4 µs.
    assertThat(NETWORK.allReduce(DType.F32, 1000, 4)).isCloseTo(3 * 1.04e-4, within(1e-15));
  }

  @Test
  void oneRankWaitsForNobody() {
    assertThat(NETWORK.allReduce(DType.F32, 4_000_000, 1)).isZero();
  }

  @Test
  void moreThanTwoHalvesTravelAsFloats() {
    assertThat(NETWORK.allReduce(DType.BF16, 4_000_000, 4))
        .isEqualTo(NETWORK.allReduce(DType.F32, 4_000_000, 4));
    assertThat(NETWORK.allReduce(DType.BF16, 4_000_000, 2))
        .isEqualTo(NETWORK.allReduce(DType.F32, 2_000_000, 2));
  }

  /** Numbers of elements that the ranks can share evenly; around the limit of the exchange. */
  @ParameterizedTest
  @CsvSource({
    "F32, 2, 1",
    "F32, 2, 32768",
    "F32, 2, 32770",
    "F32, 3, 300000",
    "F32, 4, 16384",
    "F32, 4, 16388",
    "F64, 4, 2",
    "BF16, 2, 200000",
    "BF16, 4, 200000"
  })
  void itIsWhatTheCommunicatorSends(DType dtype, int numRanks, long numElements) {
    List<Communicator> ranks = Communicators.inThisJvm(numRanks, Duration.ofSeconds(60));
    List<CompletableFuture<Long>> sent =
        ranks.stream()
            .map(rank -> CompletableFuture.supplyAsync(() -> sent(rank, dtype, numElements)))
            .toList();

    for (CompletableFuture<Long> each : sent) {
      assertThat((double) each.join())
          .isEqualTo(Collectives.bytesSent(dtype, numElements, numRanks));
    }
  }

  private static long sent(Communicator rank, DType dtype, long numElements) {
    try (OffHeapMemory memory = OffHeapMemory.allocate(dtype, numElements);
        rank) {
      rank.allReduceSumInPlace(memory.tensor(0, dtype, numElements));
      return rank.stats().bytesSent();
    }
  }
}
