package dev.kindling.model.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.kindling.model.backend.check.ElementwiseCalls;
import dev.kindling.model.backend.check.KernelRun;
import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.Tensor;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DropoutContractTest {
  @RegisterExtension private static final BackendsUnderTest BACKENDS = new BackendsUnderTest();

  /** Exact in every dtype: an element that is dropped on one backend alone is far off. */
  @ParameterizedTest
  @CsvSource({"1,1", "1,7", "3,13", "5,4099", "4099,3", "3,4104"})
  void theSameElementsAreDropped(long samples, long elementsPerSample) {
    BACKENDS.assertAllAgree(ElementwiseCalls.dropout(samples, elementsPerSample));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.1, 0.5, 0.9})
  void masksOfAllBackendsAreTheSameBits(double rate) {
    Dropout dropout = new Dropout(rate, -5, 0, 2503);
    double[] expected = new double[4 * 2503];
    for (int i = 0; i < expected.length; i++) {
      long key = dropout.sampleKey(i / 2503);
      int hash = Dropout.hash((int) key, (int) (key >>> 32), dropout.number(i % 2503));
      expected[i] = hash >= dropout.threshold() ? dropout.scale() : 0;
    }
    for (Backend backend : BACKENDS.all()) {
      for (DType dtype : backend.floatTypes()) {
        double[] mask = mask(backend, dtype, dropout, 4 * 2503);
        for (int i = 0; i < mask.length; i++) {
          assertThat(mask[i] == 0).isEqualTo(expected[i] == 0);
        }
        if (dtype == DType.F32) {
          assertThat(mask).isEqualTo(expected);
        }
      }
    }
  }

  private static Backend anyBackend() {
    return BACKENDS.all().get(BACKENDS.all().size() - 1);
  }

  /** What a tensor of ones becomes. */
  private static double[] mask(Backend backend, DType dtype, Dropout dropout, int size) {
    return mask(backend, dtype, dropout, size, KernelRun.ODD_GUARD);
  }

  private static double[] mask(Backend backend, DType dtype, Dropout dropout, int size, int guard) {
    try (KernelRun run = KernelRuns.of(backend.memory(), dtype, dtype, guard)) {
      Tensor ones = run.overwritten(size);
      backend.fill(ones, 1);
      Tensor result = run.overwritten(size);
      backend.dropout(ones, dropout, result);
      return result.toDoubles();
    }
  }

  /** Slices of a matrix, as of heads or of a feed-forward. */
  @ParameterizedTest
  @CsvSource({"12,5,4", "64,16,32"})
  void columnsOfATensorDropWhatTheWholeDoes(int whole, int count, int first) {
    for (Backend backend : BACKENDS.all()) {
      double[] expected = mask(backend, DType.F32, new Dropout(0.4, 9, 3, 7L * whole), 14 * whole);
      Dropout.Columns columns = new Dropout.Columns(count, whole, first);
      Dropout ofColumns = new Dropout(0.4, 9, 3, 7L * count, columns);
      for (int guard : new int[] {KernelRun.ODD_GUARD, KernelRun.ALIGNED_GUARD}) {
        double[] actual = mask(backend, DType.F32, ofColumns, 14 * count, guard);
        for (int i = 0; i < actual.length; i++) {
          assertThat(actual[i]).isEqualTo(expected[i / count * whole + first + i % count]);
        }
      }
    }
  }

  @Test
  void aBatchAndItsPartsDropTheSame() {
    Dropout dropout = new Dropout(0.4, 17, 100, 37);
    Dropout ofTheRest = new Dropout(0.4, 17, 102, 37);
    for (Backend backend : BACKENDS.all()) {
      for (DType dtype : backend.floatTypes()) {
        try (KernelRun run = KernelRuns.of(backend.memory(), dtype)) {
          Tensor source = run.input(5, 37);
          Tensor whole = run.overwritten(5, 37);
          backend.dropout(source, dropout, whole);
          Tensor parts = run.overwritten(5, 37);
          backend.dropout(source.slice(0, 2, 37), dropout, parts.slice(0, 2, 37));
          backend.dropout(source.slice(2 * 37, 3, 37), ofTheRest, parts.slice(2 * 37, 3, 37));
          assertThat(parts.toDoubles()).isEqualTo(whole.toDoubles());
        }
      }
    }
  }

  @Test
  void aRateOfZeroChangesNothing() {
    for (Backend backend : BACKENDS.all()) {
      for (DType dtype : backend.floatTypes()) {
        try (KernelRun run = KernelRuns.of(backend.memory(), dtype)) {
          Tensor source = run.input(3, 1009);
          Tensor target = run.overwritten(3, 1009);
          backend.dropout(source, new Dropout(0, 1, 0, 1009), target);
          assertThat(target.toDoubles()).isEqualTo(source.toDoubles());
        }
      }
    }
  }

  /** Three standard deviations of a binomial distribution. */
  @ParameterizedTest
  @ValueSource(doubles = {0.01, 0.1, 0.5, 0.9})
  void theShareThatStaysIsThatOfTheRate(double rate) {
    int size = 200_000;
    double[] mask = mask(anyBackend(), DType.F32, new Dropout(rate, 3, 0, 1000), size);
    long stay = DoubleStream.of(mask).filter(x -> x != 0).count();
    double deviation = Math.sqrt(size * rate * (1 - rate));
    assertThat((double) stay).isCloseTo(size * (1 - rate), within(3 * deviation));
    assertThat(DoubleStream.of(mask).max()).hasValue((float) (1 / (1 - rate)));
  }

  /** Neighbours in an element, a sample or a key say nothing about one another. */
  @Test
  void neighboursAreIndependent() {
    int size = 100_000;
    int perSample = 1000;
    double rate = 0.3;
    Backend backend = anyBackend();
    double[] mask = mask(backend, DType.F32, new Dropout(rate, 42, 0, perSample), size);
    double[] ofNextKey = mask(backend, DType.F32, new Dropout(rate, 43, 0, perSample), size);
    double[] ofFarKey =
        mask(backend, DType.F32, new Dropout(rate, 42 + (1L << 40), 0, perSample), size);
    assertIndependent(rate, mask, mask, 1);
    assertIndependent(rate, mask, mask, perSample);
    assertIndependent(rate, mask, ofNextKey, 0);
    assertIndependent(rate, mask, ofFarKey, 0);
  }

  private static void assertIndependent(double rate, double[] left, double[] right, int distance) {
    int pairs = left.length - distance;
    long bothStay =
        IntStream.range(0, pairs).filter(i -> left[i] != 0 && right[i + distance] != 0).count();
    double share = (1 - rate) * (1 - rate);
    double deviation = Math.sqrt(pairs * share * (1 - share));
    assertThat((double) bothStay).isCloseTo(pairs * share, within(4 * deviation));
  }
}
