package dev.kindling.model.backend.check;

import dev.kindling.model.backend.Backend;
import dev.kindling.model.backend.Heads;
import dev.kindling.model.tensor.Tensor;
import java.util.function.BiConsumer;

/** Calls of the kernels that look rows up, and of those of positions. */
public final class RowCalls {
  private RowCalls() {}

  /**
   * Looks rows up; -1 is a row of zeros.
   *
   * @param numTableRows fewer than {@code numRows}, so that some are looked up several times
   */
  public static BiConsumer<Backend, KernelRun> gatherRows(
      int numTableRows, long numRows, long width) {
    return (backend, run) -> {
      Tensor rows = run.ids(-1, numTableRows, numRows);
      Tensor table = run.input(numTableRows, width);
      backend.gatherRows(table, rows, run.overwritten(numRows, width), false);
      backend.gatherRows(table, rows, run.updated(numRows, width), true);
    };
  }

  /** Adds rows up, in the accumulator type; -1 adds to none. */
  public static BiConsumer<Backend, KernelRun> scatterAddRows(
      int numTableRows, long numRows, long width) {
    return (backend, run) -> {
      Tensor rows = run.ids(-1, numTableRows, numRows);
      Tensor table = run.updatedSum(numTableRows, width);
      backend.scatterAddRows(run.input(numRows, width), rows, table);
    };
  }

  /** Heads that lie between others, at positions as far as long contexts have them. */
  public static BiConsumer<Backend, KernelRun> rotateInPlace(
      int batch, int length, int numHeads, int headSize) {
    long width = (long) numHeads * headSize + 7;
    return (backend, run) -> {
      Tensor positions = run.ids(0, 8192, batch, length);
      for (boolean inverse : new boolean[] {false, true}) {
        Tensor rows = run.updated((long) batch * length, width);
        Heads heads = Heads.of(rows, batch, 5, numHeads, headSize);
        backend.rotateInPlace(heads, positions, 10_000, inverse);
      }
    };
  }

  public static BiConsumer<Backend, KernelRun> relativeBiasForward(
      int numBuckets, int numHeads, int numQueries, int numKeys) {
    return (backend, run) ->
        backend.relativeBiasForward(
            run.parameter(numBuckets, numHeads),
            run.ids(0, numBuckets, numQueries, numKeys),
            run.overwrittenSum(numHeads, numQueries, numKeys));
  }

  public static BiConsumer<Backend, KernelRun> relativeBiasBackward(
      int numBuckets, int numHeads, int numQueries, int numKeys) {
    return (backend, run) ->
        backend.relativeBiasBackward(
            run.parameter(numHeads, numQueries, numKeys),
            run.ids(0, numBuckets, numQueries, numKeys),
            run.updatedSum(numBuckets, numHeads));
  }
}
