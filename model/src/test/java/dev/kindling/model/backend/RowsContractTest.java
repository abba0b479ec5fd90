package dev.kindling.model.backend;

import static dev.kindling.model.DoubleArrays.assertClose;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kindling.model.backend.check.KernelRun;
import dev.kindling.model.backend.check.RowCalls;
import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RowsContractTest {
  @RegisterExtension private static final BackendsUnderTest BACKENDS = new BackendsUnderTest();

  /** More rows than the table has, so that some are looked up several times. */
  @ParameterizedTest
  @CsvSource({"1,1", "21,13", "32,64", "701,5", "1500,72"})
  void rowsThatRepeatAreGatheredAndAddedUpAlike(long numRows, long width) {
    BACKENDS.assertAllAgree(RowCalls.gatherRows(11, numRows, width));
    BACKENDS.assertAllAgree(RowCalls.scatterAddRows(11, numRows, width));
  }

  /** A slice of an embedding has zeros for the tokens of the others. */
  @Test
  void rowsOfMinusOneAreZerosAndAddToNone() {
    BACKENDS.assertAllAgree(
        (backend, run) -> {
          Tensor rows = run.ids(new int[] {4, -1, 0, -1, 4}, 5);
          Tensor table = run.input(7, 13);
          backend.gatherRows(table, rows, run.overwritten(5, 13), false);
          backend.gatherRows(table, rows, run.updated(5, 13), true);
          backend.scatterAddRows(run.input(5, 13), rows, run.updatedSum(7, 13));
        });
    for (Backend backend : BACKENDS.all()) {
      try (KernelRun run = KernelRuns.of(backend.memory(), DType.F32)) {
        Tensor gathered = run.overwritten(1, 13);
        backend.fill(gathered, Double.NaN);
        backend.gatherRows(run.input(7, 13), run.ids(new int[] {-1}, 1), gathered, false);
        assertThat(gathered.toDoubles()).containsOnly(0);
      }
    }
  }

  /** The gradient of a choice of tokens, which has the type of the activations. */
  @Test
  void rowsOfActivationsAreAddedUpInTheirOwnType() {
    BACKENDS.assertAllAgree(
        (backend, run) -> {
          Tensor rows = run.ids(new int[] {12, 0, 5, 0, 3, 5}, 6);
          backend.scatterAddRows(run.input(6, 19), rows, run.updated(13, 19));
        });
  }

  @ParameterizedTest
  @CsvSource({"1,1,1,1", "32,3,7,7", "5,4,13,29", "32,8,1,131"})
  void relativeBiasesAgree(int numBuckets, int numHeads, int numQueries, int numKeys) {
    BACKENDS.assertAllAgree(
        RowCalls.relativeBiasForward(numBuckets, numHeads, numQueries, numKeys));
    BACKENDS.assertAllAgree(
        RowCalls.relativeBiasBackward(numBuckets, numHeads, numQueries, numKeys));
  }

  @ParameterizedTest
  @CsvSource({"1,1,1,2", "2,7,3,6", "3,5,2,64", "1,131,5,34"})
  void rotationsAgree(int batch, int length, int numHeads, int headSize) {
    BACKENDS.assertAllAgree(RowCalls.rotateInPlace(batch, length, numHeads, headSize));
  }

  @Test
  void theInverseRotationTurnsBack() {
    for (Backend backend : BACKENDS.all()) {
      try (KernelRun run = KernelRuns.of(backend.memory(), DType.F32)) {
        Tensor rows = run.input(14, 24);
        double[] before = rows.toDoubles();
        Tensor positions = run.ids(1, 4096, 14);
        Heads heads = Heads.of(rows, 2, 0, 3, 8);
        backend.rotateInPlace(heads, positions, 500, false);
        assertThat(rows.toDoubles()).isNotEqualTo(before);
        backend.rotateInPlace(heads, positions, 500, true);
        assertClose(backend.name(), rows.toDoubles(), before, 1e-5);
      }
    }
  }
}
