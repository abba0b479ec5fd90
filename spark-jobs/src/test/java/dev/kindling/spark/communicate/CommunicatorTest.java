package dev.kindling.spark.communicate;

import static dev.kindling.spark.communicate.Ranks.with;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.OffHeapMemory;
import dev.kindling.model.tensor.Tensor;
import dev.kindling.spark.communicate.Ranks.Way;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every operation, at odd sizes, between one and five ranks, through memory and sockets. */
class CommunicatorTest {
  /** Around what is exchanged directly, one part, several parts, and several windows of parts. */
  private static final int[] LENGTHS = {1, 7, 1021, 70_001, 524_287, 1_600_003};

  static Stream<Arguments> groups() {
    return Stream.of(Way.values())
        .flatMap(way -> IntStream.rangeClosed(1, 5).mapToObj(size -> Arguments.of(way, size)));
  }

  private static double[] values(int seed, int length) {
    SplittableRandom random = new SplittableRandom(seed);
    return IntStream.range(0, length).mapToDouble(i -> (float) random.nextDouble(-1, 1)).toArray();
  }

  /** AssertJ's comparison with a tolerance takes the square of the length. */
  private static double largestDifference(double[] actual, double[] expected) {
    assertThat(actual).hasSameSizeAs(expected);
    return IntStream.range(0, actual.length)
        .mapToDouble(i -> Math.abs(actual[i] - expected[i]))
        .max()
        .orElse(0);
  }

  @ParameterizedTest
  @MethodSource("groups")
  void allReduceSumsUpAndAllRanksGetTheSameBits(Way way, int size) {
    for (int length : LENGTHS) {
      List<double[]> sums =
          Ranks.run(
              way,
              size,
              ranks -> with(DType.F32, values(ranks.rank(), length), ranks::allReduceSumInPlace));

      double[] expected = new double[length];
      for (int rank = 0; rank < size; rank++) {
        double[] summand = values(rank, length);
        Arrays.setAll(expected, i -> expected[i] + summand[i]);
      }
      assertThat(largestDifference(sums.get(0), expected)).isLessThan(1e-6);
      assertThat(sums).allSatisfy(sum -> assertThat(sum).isEqualTo(sums.get(0)));
    }
  }

  @ParameterizedTest
  @MethodSource("groups")
  void allReduceOfDoublesIsExact(Way way, int size) {
    int length = 200_003;
    List<double[]> sums =
        Ranks.run(
            way,
            size,
            ranks ->
                with(
                    DType.F64,
                    IntStream.range(0, length).mapToDouble(i -> i + ranks.rank() * 1e9).toArray(),
                    ranks::allReduceSumInPlace));

    double[] expected = new double[length];
    Arrays.setAll(expected, i -> (double) size * i + size * (size - 1) / 2.0 * 1e9);
    assertThat(sums).allSatisfy(sum -> assertThat(sum).isEqualTo(expected));
  }

  /** 1 + 3 × 2⁻⁹ would stay 1 if it were rounded after each addition. */
  @ParameterizedTest
  @EnumSource(Way.class)
  void halvesAreSummedUpInFloatsAndRoundedOnce(Way way) {
    for (int length : new int[] {3, 400_001}) {
      List<double[]> sums =
          Ranks.run(
              way,
              4,
              ranks -> {
                double[] values = new double[length];
                Arrays.fill(values, ranks.rank() == 0 ? 1 : 0x1p-9);
                return with(DType.BF16, values, ranks::allReduceSumInPlace);
              });

      double[] expected = new double[length];
      Arrays.fill(expected, 1 + 0x1p-7);
      assertThat(sums).allSatisfy(sum -> assertThat(sum).isEqualTo(expected));
    }
  }

  @ParameterizedTest
  @MethodSource("groups")
  void allReduceTakesTheLargest(Way way, int size) {
    for (int length : LENGTHS) {
      List<double[]> largest =
          Ranks.run(
              way,
              size,
              ranks -> with(DType.F32, values(ranks.rank(), length), ranks::allReduceMaxInPlace));

      double[] expected = values(0, length);
      for (int rank = 1; rank < size; rank++) {
        double[] other = values(rank, length);
        Arrays.setAll(expected, i -> Math.max(expected[i], other[i]));
      }
      assertThat(largest).allSatisfy(each -> assertThat(each).isEqualTo(expected));
    }
  }

  @Test
  void notANumberIsNotLostAmongTheLargest() {
    List<double[]> largest =
        Ranks.run(
            Way.MEMORY,
            2,
            ranks ->
                with(
                    DType.F32,
                    new double[] {ranks.rank() == 0 ? Double.NaN : 1, 2},
                    ranks::allReduceMaxInPlace));

    assertThat(largest).allSatisfy(each -> assertThat(each).containsExactly(Double.NaN, 2));
  }

  @ParameterizedTest
  @MethodSource("groups")
  void allGatherPutsTheTensorsBehindEachOther(Way way, int size) {
    for (int length : LENGTHS) {
      List<double[]> gathered =
          Ranks.run(
              way,
              size,
              ranks ->
                  with(
                      DType.F32,
                      new double[size * length],
                      all -> {
                        with(
                            DType.F32,
                            values(ranks.rank(), length),
                            own -> ranks.allGather(own, all));
                      }));

      double[] expected =
          IntStream.range(0, size)
              .mapToObj(rank -> values(rank, length))
              .flatMapToDouble(Arrays::stream)
              .toArray();
      assertThat(gathered).allSatisfy(all -> assertThat(all).isEqualTo(expected));
    }
  }

  @ParameterizedTest
  @MethodSource("groups")
  void broadcastGivesAllRanksWhatTheRootHas(Way way, int size) {
    for (int length : LENGTHS) {
      int root = size / 2;
      List<double[]> received =
          Ranks.run(
              way,
              size,
              ranks ->
                  with(
                      DType.F32,
                      values(ranks.rank(), length),
                      tensor -> ranks.broadcastInPlace(tensor, root)));

      assertThat(received).allSatisfy(each -> assertThat(each).isEqualTo(values(root, length)));
    }
  }

  @ParameterizedTest
  @MethodSource("groups")
  void aTensorGoesAroundAllRanks(Way way, int size) {
    for (int length : LENGTHS) {
      List<double[]> received =
          Ranks.run(
              way,
              size,
              ranks ->
                  with(
                      DType.F32,
                      new double[length],
                      target -> {
                        with(
                            DType.F32,
                            values(ranks.rank(), length),
                            own -> {
                              int next = (ranks.rank() + 1) % size;
                              if (size == 1) {
                                target.setDoubles(own.toDoubles());
                                return;
                              }
                              Pending sent = ranks.send(own, next, 5);
                              ranks.receive(target, (ranks.rank() + size - 1) % size, 5);
                              sent.await();
                            });
                      }));

      for (int rank = 0; rank < size; rank++) {
        assertThat(received.get(rank)).isEqualTo(values((rank + size - 1) % size, length));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  void messagesOfATagKeepTheirOrderAndTagsDoNotWaitForEachOther(Way way) {
    List<List<Double>> received =
        Ranks.run(
            way,
            4,
            ranks -> {
              List<Double> order = new ArrayList<>();
              try (OffHeapMemory memory = OffHeapMemory.allocate(DType.F32, 6)) {
                Tensor tensor = memory.tensor(0, DType.F32, 6);
                if (ranks.rank() == 0) {
                  tensor.setDoubles(new double[] {10, 11, 12, 20, 21, 22});
                  List<Pending> sent = new ArrayList<>();
                  for (int i = 0; i < 6; i++) {
                    sent.add(ranks.send(tensor.slice(i, 1), 3, i / 3));
                  }
                  sent.forEach(Pending::await);
                } else if (ranks.rank() == 3) {
                  for (int tag : new int[] {1, 0, 0, 1, 1, 0}) {
                    ranks.receive(tensor.slice(0, 1), 0, tag);
                    order.add((double) tensor.getFloat(0));
                  }
                }
              }
              return order;
            });

    assertThat(received.get(3)).containsExactly(20.0, 10.0, 11.0, 21.0, 22.0, 12.0);
  }

  /** A sender that had to be asked first would wait here for ever. */
  @ParameterizedTest
  @EnumSource(Way.class)
  void sendingDoesNotWaitToBeAskedFor(Way way) {
    int length = 3_000_001;
    List<double[]> received =
        Ranks.run(
            way,
            2,
            ranks ->
                with(
                    DType.F32,
                    values(ranks.rank(), length),
                    tensor -> {
                      ranks.send(tensor, 1 - ranks.rank(), 0).await();
                      ranks.barrier();
                      ranks.receive(tensor, 1 - ranks.rank(), 0);
                    }));

    assertThat(received.get(0)).isEqualTo(values(1, length));
    assertThat(received.get(1)).isEqualTo(values(0, length));
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  void allReducesInTheBackgroundRunBesideOtherCalls(Way way) {
    int length = 300_007;
    List<double[]> sums =
        Ranks.run(
            way,
            3,
            ranks ->
                with(
                    DType.F32,
                    new double[length],
                    first -> {
                      with(
                          DType.F32,
                          values(ranks.rank(), length),
                          second -> {
                            first.setDoubles(values(10 + ranks.rank(), length));
                            Pending firstSum = ranks.allReduceSumInPlaceLater(first);
                            Pending secondSum = ranks.allReduceSumInPlaceLater(second);
                            ranks.barrier();
                            with(DType.F32, new double[length], ranks::allReduceSumInPlace);
                            firstSum.await();
                            secondSum.await();
                            ranks.allReduceMaxInPlace(second);
                            first.setDoubles(second.toDoubles());
                          });
                    }));

    double[] expected = new double[length];
    for (int rank = 0; rank < 3; rank++) {
      double[] summand = values(rank, length);
      Arrays.setAll(expected, i -> expected[i] + summand[i]);
    }
    assertThat(largestDifference(sums.get(2), expected)).isLessThan(1e-6);
    assertThat(sums).allSatisfy(sum -> assertThat(sum).isEqualTo(sums.get(0)));
  }

  /** As tensor, pipeline and data parallel groups do; rank 3 is in one group more than the rest. */
  @ParameterizedTest
  @EnumSource(Way.class)
  void subgroupsDoNotHearEachOther(Way way) {
    List<double[]> sums =
        Ranks.run(
            way,
            4,
            ranks -> {
              int rank = ranks.rank();
              if (rank == 3) {
                ranks.subgroup(List.of(3)).close();
              }
              try (Communicator rows = ranks.subgroup(rank < 2 ? List.of(0, 1) : List.of(3, 2));
                  Communicator columns =
                      ranks.subgroup(rank % 2 == 0 ? List.of(0, 2) : List.of(1, 3));
                  Communicator again =
                      ranks.subgroup(rank % 2 == 0 ? List.of(0, 2) : List.of(1, 3))) {
                double place = 10 * rows.rank() + columns.rank();
                double[] own = {1 << rank};
                return new double[] {
                  with(DType.F32, own, rows::allReduceSumInPlace)[0],
                  with(DType.F32, own, columns::allReduceSumInPlace)[0],
                  with(DType.F32, own, again::allReduceSumInPlace)[0],
                  with(DType.F32, own, tensor -> rows.broadcastInPlace(tensor, 0))[0],
                  place
                };
              }
            });

    assertThat(sums.get(0)).containsExactly(3, 5, 5, 1, 0);
    assertThat(sums.get(1)).containsExactly(3, 10, 10, 1, 10);
    assertThat(sums.get(2)).containsExactly(12, 5, 5, 8, 11);
    assertThat(sums.get(3)).containsExactly(12, 10, 10, 8, 1);
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  void theBytesOfARingAreCounted(Way way) {
    int length = 400_000;
    List<CommunicatorStats> stats =
        Ranks.run(
            way,
            4,
            ranks -> {
              with(DType.F32, new double[length], ranks::allReduceSumInPlace);
              return ranks.stats();
            });

    long expected = 2L * 3 * length / 4 * Float.BYTES;
    assertThat(stats).extracting(CommunicatorStats::bytesSent).containsOnly(expected);
    assertThat(stats).extracting(CommunicatorStats::bytesReceived).containsOnly(expected);
  }

  @Test
  void whatCannotBeReducedIsRefusedBeforeAnythingIsSent() {
    Ranks.run(
        Way.MEMORY,
        2,
        ranks -> {
          try (OffHeapMemory memory = OffHeapMemory.allocate(DType.I32, 2)) {
            Tensor integers = memory.tensor(0, DType.I32, 2);
            assertThatThrownBy(() -> ranks.allReduceSumInPlace(integers))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("I32[2] was given to an all-reduce: F32, F64 and BF16 are reduced");
            assertThatThrownBy(() -> ranks.allGather(integers, integers))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("for the tensors of 2 ranks");
            assertThatThrownBy(() -> ranks.send(integers, 1, -1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("tag -1 is negative");
            assertThatThrownBy(() -> ranks.subgroup(List.of(1 - ranks.rank())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("none of the subgroup");
          }
          assertThat(ranks.stats().bytesSent()).isZero();
          return null;
        });
  }
}
