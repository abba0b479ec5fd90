package dev.kindling.model.backend;

import static dev.kindling.model.DoubleArrays.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.Tensor;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every kernel of every backend in every dtype against the plain twin in double, at odd and prime
 * sizes and unaligned offsets.
 */
class BackendContractTest {
  /** Of the largest result; sums of a few hundred products in single precision. */
  private static final double SINGLE_TOLERANCE = 2e-5;

  private static final double DOUBLE_TOLERANCE = 1e-12;

  private static List<Backend> backends;
  private static Backend twin;

  @BeforeAll
  static void open() {
    twin = Backends.open("nd4j", 2);
    backends = List.of(twin, Backends.open("onednn", 1), Backends.open("onednn", 2));
  }

  @AfterAll
  static void close() {
    backends.forEach(Backend::close);
  }

  private static void assertAllAgree(BiConsumer<Backend, KernelRun> kernel) {
    List<double[]> expected = results(twin, DType.F64, kernel);
    for (Backend backend : backends) {
      for (DType dtype : backend.floatTypes()) {
        List<double[]> actual = results(backend, dtype, kernel);
        double tolerance = dtype == DType.F64 ? DOUBLE_TOLERANCE : SINGLE_TOLERANCE;
        for (int i = 0; i < expected.size(); i++) {
          double scale =
              Math.max(1, DoubleStream.of(expected.get(i)).map(Math::abs).max().orElse(0));
          String what = "result " + i + " of " + backend.name() + " in " + dtype;
          assertClose(what, actual.get(i), expected.get(i), tolerance * scale);
        }
      }
    }
  }

  private static List<double[]> results(
      Backend backend, DType dtype, BiConsumer<Backend, KernelRun> kernel) {
    try (KernelRun run = new KernelRun(dtype)) {
      kernel.accept(backend, run);
      return run.results();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 7, 5003})
  void elementwiseKernelsAgree(long size) {
    assertAllAgree(
        (backend, run) -> {
          backend.fill(run.overwritten(size), 0);
          backend.fill(run.overwritten(size), -1.5);
          backend.copy(run.input(size), run.overwritten(size));
          backend.scaleInPlace(run.updated(size), 0.37);
          backend.addInPlace(run.updated(size), run.input(size));
          backend.add(run.input(size), run.input(size), run.overwritten(size));
          Tensor input = run.input(size);
          backend.geluForward(input, run.overwritten(size));
          backend.geluBackward(run.input(size), input, run.overwritten(size));
        });
  }

  @Test
  void squaredNormsAgree() {
    for (Backend backend : backends) {
      for (DType dtype : backend.floatTypes()) {
        try (KernelRun run = new KernelRun(dtype)) {
          Tensor tensor = run.input(10007);
          double expected = DoubleStream.of(tensor.toDoubles()).map(x -> x * x).sum();
          assertThat(backend.squaredNorm(tensor)).isCloseTo(expected, within(1e-9 * expected));
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"1,1,1", "1,67,31", "13,1,17", "17,13,1", "37,53,29", "128,64,96"})
  void matrixProductsAgreeWithTransposesStridesBiasAndAccumulation(long m, long k, long n) {
    assertAllAgree(
        (backend, run) -> {
          Matrix left = Matrix.of(run.input(m, k));
          Matrix right = Matrix.of(run.input(k, n));
          Matrix leftTransposed = Matrix.of(run.input(k, m)).transposed();
          Matrix rightTransposed = Matrix.of(run.input(n, k)).transposed();
          Tensor bias = run.input(n);
          backend.matmul(left, right, null, Matrix.of(run.overwritten(m, n)), false);
          backend.matmul(left, right, bias, Matrix.of(run.overwritten(m, n)), false);
          backend.matmul(left, right, bias, Matrix.of(run.updated(m, n)), true);
          backend.matmul(left, rightTransposed, null, Matrix.of(run.updated(m, n)), true);
          backend.matmul(leftTransposed, right, null, Matrix.of(run.updated(m, n)), true);
          backend.matmul(
              leftTransposed, rightTransposed, bias, Matrix.of(run.overwritten(m, n)), false);
          Matrix partOfLeft = Matrix.of(run.input(m + 2, k + 5)).rows(1, m).columns(3, k);
          Matrix partOfOut = Matrix.of(run.updated(m + 1, n + 7)).rows(1, m).columns(2, n);
          backend.matmul(partOfLeft, right, bias, partOfOut, false);
          backend.addColumnSums(left, run.updated(k));
        });
  }

  @ParameterizedTest
  @CsvSource({"1,1,3", "23,31,17", "64,48,80"})
  void linearLayersAgree(long rows, long in, long out) {
    assertAllAgree(
        (backend, run) -> {
          Tensor input = run.input(rows, in);
          Tensor weight = run.input(in, out);
          Tensor gradient = run.input(rows, out);
          backend.linearForward(input, weight, run.input(out), run.overwritten(rows, out));
          backend.linearForward(input, weight, null, run.overwritten(rows, out));
          backend.linearBackward(
              gradient,
              input,
              weight,
              run.overwritten(rows, in),
              false,
              run.updated(in, out),
              run.updated(out));
          backend.linearBackward(
              gradient, input, weight, run.updated(rows, in), true, run.updated(in, out), null);
        });
  }

  @ParameterizedTest
  @CsvSource({"1,1,5", "3,7,13", "2,16,64"})
  void embeddingsAgree(long batch, long length, long width) {
    assertAllAgree(
        (backend, run) -> {
          Tensor tokens = run.ids(0, 11, batch, length);
          backend.embeddingForward(
              tokens,
              run.input(11, width),
              run.input(length + 2, width),
              run.overwritten(batch * length, width));
          backend.embeddingBackward(
              run.input(batch * length, width),
              tokens,
              run.updated(11, width),
              run.updated(length + 2, width));
        });
  }

  @ParameterizedTest
  @CsvSource({"1,3", "29,37", "64,128", "5,1021"})
  void layerNormsAgree(long rows, long width) {
    assertAllAgree(
        (backend, run) -> {
          Tensor input = run.input(rows, width);
          Tensor gain = run.input(width);
          Tensor mean = run.overwritten(rows);
          Tensor variance = run.overwritten(rows);
          Tensor gradient = run.input(rows, width);
          backend.layerNormForward(
              input, gain, null, 1e-5, run.overwritten(rows, width), mean, variance);
          backend.layerNormBackward(
              gradient,
              input,
              gain,
              1e-5,
              mean,
              variance,
              run.updated(rows, width),
              true,
              run.updated(width),
              null);
          backend.layerNormForward(
              input, gain, run.input(width), 1e-5, run.overwritten(rows, width), mean, variance);
          backend.layerNormBackward(
              gradient,
              input,
              gain,
              1e-5,
              mean,
              variance,
              run.overwritten(rows, width),
              false,
              run.updated(width),
              run.updated(width));
        });
  }

  /** Lengths below, at and beyond a tile of 128 query rows, and more heads than a tile holds. */
  @ParameterizedTest
  @CsvSource({"1,1,1,1", "3,7,2,5", "2,64,3,16", "2,131,2,3", "1,293,11,4", "1,256,2,8"})
  void causalAttentionAgrees(long batch, long length, int numHeads, long headSize) {
    long width = numHeads * headSize;
    assertAllAgree(
        (backend, run) -> {
          Tensor qkv = run.input(batch, length, 3 * width);
          backend.causalAttentionForward(qkv, numHeads, run.overwritten(batch * length, width));
          backend.causalAttentionBackward(
              run.input(batch * length, width),
              qkv,
              numHeads,
              run.overwritten(batch, length, 3 * width));
        });
  }

  @ParameterizedTest
  @CsvSource({"1,3,2,1", "23,13,37,23", "23,13,37,7", "64,32,257,64"})
  void vocabularyLossesAgree(long rows, long width, int vocabSize, int rowsPerChunk) {
    assertAllAgree(
        (backend, run) -> {
          Tensor hidden = run.input(rows, width);
          Tensor weight = run.input(vocabSize, width);
          Tensor targets = run.ids(-1, vocabSize, rows);
          backend.vocabularyLossForward(
              hidden, weight, targets, rowsPerChunk, run.overwritten(rows));
          backend.vocabularyLossForwardBackward(
              hidden,
              weight,
              targets,
              rowsPerChunk,
              1.0 / 7,
              run.overwritten(rows),
              run.overwritten(rows, width),
              run.updated(vocabSize, width));
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5, 8, 23, 1000})
  void chunksOfTheVocabularyLossDoNotChangeIt(int rowsPerChunk) {
    for (Backend backend : backends) {
      List<double[]> whole = results(backend, DType.F32, (b, run) -> loss(b, run, 23));
      List<double[]> chunked = results(backend, DType.F32, (b, run) -> loss(b, run, rowsPerChunk));
      for (int i = 0; i < whole.size(); i++) {
        assertClose("result " + i, chunked.get(i), whole.get(i), SINGLE_TOLERANCE);
      }
    }
  }

  private static void loss(Backend backend, KernelRun run, int rowsPerChunk) {
    backend.vocabularyLossForwardBackward(
        run.input(23, 16),
        run.input(41, 16),
        run.ids(-1, 41, 23),
        rowsPerChunk,
        0.1,
        run.overwritten(23),
        run.overwritten(23, 16),
        run.updated(41, 16));
  }

  @Test
  void vocabularyLossStaysFiniteWhereProbabilitiesUnderflow() {
    for (Backend backend : backends) {
      try (KernelRun run = new KernelRun(DType.F32)) {
        Tensor hidden = run.input(1, 1);
        hidden.setDoubles(new double[] {1});
        Tensor weight = run.input(3, 1);
        weight.setDoubles(new double[] {-500, 0, 500});
        Tensor targets = run.ids(0, 1, 1);
        Tensor losses = run.overwritten(1);
        backend.vocabularyLossForward(hidden, weight, targets, 1, losses);
        assertThat(losses.toDoubles()[0]).isEqualTo(1000);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 13, 4099})
  void adamWAgrees(long size) {
    AdamWUpdate update = new AdamWUpdate(3e-2, 0.9, 0.95, 1e-8, 0.1, 0.5, 0.19, 0.0975);
    assertAllAgree(
        (backend, run) ->
            backend.adamWInPlace(
                run.updated(size),
                run.input(size),
                run.updated(size),
                run.watch(run.positiveInput(size)),
                update));
  }
}
