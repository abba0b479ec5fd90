package dev.kindling.model.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.kindling.model.tensor.Arena;
import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.Tensor;
import java.util.List;
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
    BACKENDS.assertAllAgree(
        (backend, run) -> {
          backend.fill(run.overwritten(size), 0);
          backend.fill(run.overwritten(size), -1.5);
          backend.fill(run.overwrittenSum(size), 0.3);
          backend.copy(run.input(size), run.overwritten(size));
          backend.copy(run.parameter(size), run.overwrittenSum(size));
          backend.scaleInPlace(run.updated(size), 0.37);
          backend.scaleInPlace(run.updatedSum(size), 0.37);
          backend.addInPlace(run.updated(size), run.input(size));
          backend.addInPlace(run.updatedSum(size), run.parameter(size));
          backend.add(run.input(size), run.input(size), run.overwritten(size));
        });
  }

  @ParameterizedTest
  @CsvSource({"1,1,3", "7,1,3", "1,13,3", "31,67,3", "31,64,8", "300,16,8", "3,4112,8"})
  void copiesOfMatricesAgree(long rows, long columns, long margin) {
    BACKENDS.assertAllAgree(
        (backend, run) -> {
          Matrix wide = Matrix.of(run.input(rows + 2, columns + 2 * margin));
          Matrix part = wide.rows(1, rows).columns(margin, columns);
          Matrix transposed = Matrix.of(run.input(columns, rows)).transposed();
          backend.copy(part, Matrix.of(run.overwritten(rows, columns)));
          backend.copy(part, Matrix.of(run.overwritten(columns, rows)).transposed());
          backend.copy(transposed, Matrix.of(run.overwritten(rows, columns)));
          Matrix wider = Matrix.of(run.updated(rows + 1, columns + 4));
          backend.copy(part, wider.rows(1, rows).columns(2, columns));
          Matrix sums = Matrix.of(run.updatedSum(rows, columns + 1)).columns(1, columns);
          backend.copy(Matrix.of(run.parameter(rows, columns)), sums);
        });
  }

  @ParameterizedTest
  @EnumSource(Activation.class)
  void activationsAgree(Activation activation) {
    for (long size : new long[] {1, 7, 5003}) {
      BACKENDS.assertAllAgree(
          (backend, run) -> {
            Tensor input = run.input(size);
            backend.activationForward(activation, input, run.overwritten(size));
            backend.activationBackward(activation, run.input(size), input, run.overwritten(size));
          });
    }
  }

  /** Where an exponential overflows on the way. */
  @ParameterizedTest
  @EnumSource(Activation.class)
  void activationsAgreeFarFromZero(Activation activation) {
    BACKENDS.assertAllAgree(
        (backend, run) -> {
          Tensor input = run.input(211);
          backend.scaleInPlace(input, 64);
          backend.activationForward(activation, input, run.overwritten(211));
          backend.activationBackward(activation, run.input(211), input, run.overwritten(211));
        });
  }

  @ParameterizedTest
  @EnumSource(Activation.class)
  void gatedActivationsAgree(Activation activation) {
    for (long[] shape : new long[][] {{1, 1}, {3, 7}, {61, 83}}) {
      BACKENDS.assertAllAgree(
          (backend, run) -> {
            Tensor gate = run.input(shape);
            Tensor up = run.input(shape);
            backend.gatedActivationForward(activation, gate, up, run.overwritten(shape));
            backend.gatedActivationBackward(
                activation,
                run.input(shape),
                gate,
                up,
                run.overwritten(shape),
                run.overwritten(shape));
          });
    }
  }

  @Test
  void squaredNormsAgree() {
    for (Backend backend : BACKENDS.all()) {
      for (DType dtype : backend.floatTypes()) {
        try (KernelRun run = new KernelRun(backend.memory(), dtype)) {
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
    AdamWUpdate update = new AdamWUpdate(3e-2, 0.9, 0.95, 1e-8, 0.5, 0.19, 0.0975);
    List<DecayRange> ranges =
        List.of(
            new DecayRange(0, size / 3, 0.1),
            new DecayRange(size / 3, size - size / 4, 0),
            new DecayRange(size - size / 4, size, 0.2));
    BACKENDS.assertAllAgree(
        (backend, run) ->
            backend.adamWInPlace(
                run.updatedSum(size),
                run.parameter(size),
                run.updatedSum(size),
                run.watch(run.positiveParameter(size), KernelRun.Exactness.SUM),
                ranges,
                update));
  }
}
