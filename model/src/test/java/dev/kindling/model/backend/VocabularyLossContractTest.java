package dev.kindling.model.backend;

import static dev.kindling.model.DoubleArrays.assertClose;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kindling.model.backend.check.KernelRun;
import dev.kindling.model.backend.check.VocabularyLossCalls;
import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.Tensor;
import java.util.List;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VocabularyLossContractTest {
  @RegisterExtension private static final BackendsUnderTest BACKENDS = new BackendsUnderTest();

  @ParameterizedTest
  @CsvSource({
    "1,3,2,1,false,1",
    "23,13,37,23,false,1",
    "23,13,37,7,true,1",
    "23,13,37,7,false,0.25",
    "29,16,41,8,true,0.3",
    "64,32,257,64,true,0.17677669529663687"
  })
  void lossesAgree(
      long rows, long width, int vocabSize, int rowsPerChunk, boolean bias, double scale) {
    VocabularyLossCalls calls =
        new VocabularyLossCalls(rows, width, vocabSize, rowsPerChunk, bias, scale);
    BACKENDS.assertAllAgree(calls.forward());
    BACKENDS.assertAllAgree(calls.forwardBackward());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5, 8, 23, 1000})
  void chunksDoNotChangeTheLoss(int rowsPerChunk) {
    for (Backend backend : BACKENDS.all()) {
      List<double[]> whole = BackendsUnderTest.results(backend, DType.F32, loss(23));
      List<double[]> chunked = BackendsUnderTest.results(backend, DType.F32, loss(rowsPerChunk));
      for (int i = 0; i < whole.size(); i++) {
        assertClose("result " + i, chunked.get(i), whole.get(i), 1e-5);
      }
    }
  }

  private static BiConsumer<Backend, KernelRun> loss(int rowsPerChunk) {
    return new VocabularyLossCalls(23, 16, 41, rowsPerChunk, true, 0.5).forwardBackward();
  }

  @Test
  void rowsThatAreNotCountedHaveNoLossAndNoGradient() {
    for (Backend backend : BACKENDS.all()) {
      for (DType dtype : backend.floatTypes()) {
        try (KernelRun run = KernelRuns.of(backend.memory(), dtype)) {
          VocabularyProjection projection =
              new VocabularyLossCalls(5, 7, 11, 2, true, 1).projection(run);
          double[] weightGradient = projection.weightGradient().toDoubles();
          double[] biasGradient = projection.biasGradient().toDoubles();
          Tensor losses = run.overwrittenSum(5);
          Tensor hiddenGradient = run.overwritten(5, 7);
          backend.vocabularyLossForwardBackward(
              run.input(5, 7), projection, run.ids(-1, 0, 5), 2, 0.5, losses, hiddenGradient);
          assertThat(losses.toDoubles()).containsOnly(0);
          assertThat(hiddenGradient.toDoubles()).containsOnly(0);
          assertThat(projection.weightGradient().toDoubles()).isEqualTo(weightGradient);
          assertThat(projection.biasGradient().toDoubles()).isEqualTo(biasGradient);
        }
      }
    }
  }

  @Test
  void lossesStayFiniteWhereProbabilitiesUnderflow() {
    for (Backend backend : BACKENDS.all()) {
      for (DType dtype : backend.floatTypes()) {
        try (KernelRun run = KernelRuns.of(backend.memory(), dtype)) {
          Tensor hidden = run.input(1, 1);
          hidden.setDoubles(new double[] {1});
          Tensor weight = run.input(3, 1);
          weight.setDoubles(new double[] {-512, 0, 512});
          Tensor losses = run.overwrittenSum(1);
          backend.vocabularyLossForward(
              hidden,
              new VocabularyProjection(weight, null, 1, null, null),
              run.ids(0, 1, 1),
              1,
              losses);
          assertThat(losses.toDoubles()).containsExactly(1024);
        }
      }
    }
  }
}
