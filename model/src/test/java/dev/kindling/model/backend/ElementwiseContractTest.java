package dev.kindling.model.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.kindling.model.backend.check.ElementwiseCalls;
import dev.kindling.model.backend.check.KernelRun;
import dev.kindling.model.tensor.Arena;
import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.Tensor;
import java.util.Random;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ElementwiseContractTest {
  @RegisterExtension private static final BackendsUnderTest BACKENDS = new BackendsUnderTest();

  @ParameterizedTest
  @ValueSource(longs = {1, 7, 5003})
  void fillingCopyingScalingAndAddingAgree(long size) {
    BACKENDS.assertAllAgree(ElementwiseCalls.fill(size));
    BACKENDS.assertAllAgree(ElementwiseCalls.copy(size));
    BACKENDS.assertAllAgree(ElementwiseCalls.scaleInPlace(size));
    BACKENDS.assertAllAgree(ElementwiseCalls.addInPlace(size));
    BACKENDS.assertAllAgree(ElementwiseCalls.add(size));
  }

  @ParameterizedTest
  @CsvSource({"1,1,3", "7,1,3", "1,13,3", "31,67,3", "31,64,8", "300,16,8", "3,4112,8"})
  void copiesOfMatricesAgree(long rows, long columns, long margin) {
    BACKENDS.assertAllAgree(ElementwiseCalls.copyMatrix(rows, columns, margin));
  }

  @ParameterizedTest
  @EnumSource(Activation.class)
  void activationsAgree(Activation activation) {
    for (long size : new long[] {1, 7, 5003}) {
      BACKENDS.assertAllAgree(ElementwiseCalls.activationForward(activation, 1, size));
      BACKENDS.assertAllAgree(ElementwiseCalls.activationBackward(activation, 1, size));
    }
  }

  /** Where an exponential overflows on the way. */
  @ParameterizedTest
  @EnumSource(Activation.class)
  void activationsAgreeFarFromZero(Activation activation) {
    BACKENDS.assertAllAgree(ElementwiseCalls.activationForward(activation, 64, 211));
    BACKENDS.assertAllAgree(ElementwiseCalls.activationBackward(activation, 64, 211));
  }

  @ParameterizedTest
  @EnumSource(Activation.class)
  void gatedActivationsAgree(Activation activation) {
    for (long[] shape : new long[][] {{1, 1}, {3, 7}, {61, 83}}) {
      BACKENDS.assertAllAgree(ElementwiseCalls.gatedActivationForward(activation, shape));
      BACKENDS.assertAllAgree(ElementwiseCalls.gatedActivationBackward(activation, shape));
    }
  }

  @Test
  void squaredNormsAgree() {
    for (Backend backend : BACKENDS.all()) {
      for (DType dtype : backend.floatTypes()) {
        try (KernelRun run = KernelRuns.of(backend.memory(), dtype)) {
          for (long size : new long[] {1, 10007, 200003}) {
            Tensor tensor = run.parameter(size);
            double expected = DoubleStream.of(tensor.toDoubles()).map(x -> x * x).sum();
            assertThat(backend.squaredNorm(tensor)).isCloseTo(expected, within(1e-9 * expected));
          }
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 13, 4099})
  void conversionsRoundAsTensorsDo(int size) {
    double[] values = new Random(5).doubles(size, -1e3, 1e3).toArray();
    for (Backend backend : BACKENDS.all()) {
      try (Arena arena = new Arena(backend.memory())) {
        Tensor singles = arena.allocate(DType.F32, size + 1L).slice(1, size);
        singles.setDoubles(values);
        Tensor expected = arena.allocate(DType.BF16, size);
        expected.setDoubles(singles.toDoubles());
        Tensor rounded = arena.allocate(DType.BF16, size + 1L).slice(1, size);
        backend.copy(singles, rounded);
        assertThat(rounded.toDoubles()).as(backend.name()).isEqualTo(expected.toDoubles());
        Tensor widened = arena.allocate(DType.F32, size + 1L).slice(1, size);
        backend.copy(rounded, widened);
        assertThat(widened.toDoubles()).as(backend.name()).isEqualTo(expected.toDoubles());
      }
    }
  }

  @Test
  void conversionsRoundTiesToEvenAndKeepWhatIsNotFinite() {
    double infinity = Double.POSITIVE_INFINITY;
    double[] singles = {
      0x1.01p0,
      0x1.03p0,
      -0x1.01p0,
      -0x1.03p0,
      0x1.0101p0,
      0x1.00FFp0,
      0x1.FEFFp127,
      0x1.FFp127,
      -0x1.FFp127,
      infinity,
      -infinity,
      Double.NaN,
      0.0,
      -0.0,
      Float.MIN_NORMAL
    };
    double[] halves = {
      1,
      0x1.04p0,
      -1,
      -0x1.04p0,
      0x1.02p0,
      1,
      0x1.FEp127,
      infinity,
      -infinity,
      infinity,
      -infinity,
      Double.NaN,
      0.0,
      -0.0,
      Float.MIN_NORMAL
    };
    for (Backend backend : BACKENDS.all()) {
      try (Arena arena = new Arena(backend.memory())) {
        Tensor source = arena.allocate(DType.F32, singles.length);
        source.setDoubles(singles);
        Tensor rounded = arena.allocate(DType.BF16, singles.length);
        backend.copy(source, rounded);
        assertThat(rounded.toDoubles()).as(backend.name()).isEqualTo(halves);
        Tensor widened = arena.allocate(DType.F32, singles.length);
        backend.copy(rounded, widened);
        assertThat(widened.toDoubles()).as(backend.name()).isEqualTo(halves);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {5, 13, 4099})
  void adamWAgrees(long size) {
    BACKENDS.assertAllAgree(ElementwiseCalls.adamWInPlace(size));
  }
}
