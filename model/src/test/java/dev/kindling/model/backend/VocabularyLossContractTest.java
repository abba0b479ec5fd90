package dev.kindling.model.backend;

import static dev.kindling.model.DoubleArrays.assertClose;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.Tensor;
import java.util.List;
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
    BACKENDS.assertAllAgree(
        (backend, run) -> {
          Tensor hidden = run.input(rows, width);
          VocabularyProjection projection = projection(run, vocabSize, width, bias, scale);
          Tensor targets = run.ids(-1, vocabSize, rows);
          backend.vocabularyLossForward(
              hidden, projection, targets, rowsPerChunk, run.overwrittenSum(rows));
          backend.vocabularyLossForwardBackward(
              hidden,
              projection,
              targets,
              rowsPerChunk,
              1.0 / 7,
              run.overwrittenSum(rows),
              run.overwritten(rows, width));
        });
  }

  private static VocabularyProjection projection(
      KernelRun run, long vocabSize, long width, boolean bias, double scale) {
    return new VocabularyProjection(
        run.input(vocabSize, width),
        bias ? run.parameter(vocabSize) : null,
        scale,
        run.updatedSumOfRounded(vocabSize, width),
        bias ? run.updatedSumOfRounded(vocabSize) : null);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5, 8, 23, 1000})
  void chunksDoNotChangeTheLoss(int rowsPerChunk) {
    for (Backend backend : BACKENDS.all()) {
      List<double[]> whole =
          BackendsUnderTest.results(backend, DType.F32, (b, run) -> loss(b, run, 23));
      List<double[]> chunked =
          BackendsUnderTest.results(backend, DType.F32, (b, run) -> loss(b, run, rowsPerChunk));
      for (int i = 0; i < whole.size(); i++) {
        assertClose("result " + i, chunked.get(i), whole.get(i), 1e-5);
      }
    }
  }

  private static void loss(Backend backend, KernelRun run, int rowsPerChunk) {
    Tensor hidden = run.input(23, 16);
    VocabularyProjection projection = projection(run, 41, 16, true, 0.5);
    backend.vocabularyLossForwardBackward(
        hidden,
        projection,
        run.ids(-1, 41, 23),
        rowsPerChunk,
        0.1,
        run.overwrittenSum(23),
        run.overwritten(23, 16));
  }

  @Test
  void lossesWithoutGradientsNeedNowhereToPutThem() {
    BACKENDS.assertAllAgree(
        (backend, run) ->
            backend.vocabularyLossForward(
                run.input(5, 7),
                new VocabularyProjection(run.input(11, 7), run.parameter(11), 1, null, null),
                run.ids(0, 11, 5),
                3,
                run.overwrittenSum(5)));
  }

  @Test
  void rowsThatAreNotCountedHaveNoLossAndNoGradient() {
    for (Backend backend : BACKENDS.all()) {
      for (DType dtype : backend.floatTypes()) {
        try (KernelRun run = new KernelRun(backend.memory(), dtype)) {
          VocabularyProjection projection = projection(run, 11, 7, true, 1);
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
        try (KernelRun run = new KernelRun(backend.memory(), dtype)) {
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
