package dev.kindling.model.backend.check;

import dev.kindling.model.backend.Backend;
import dev.kindling.model.backend.VocabularyProjection;
import java.util.function.BiConsumer;

/**
 * Calls of the kernels of losses over a vocabulary.
 *
 * @param rowsPerChunk rows whose logits exist at a time
 * @param bias whether logits have one
 * @param scale of the logits
 */
public record VocabularyLossCalls(
    long rows, long width, int vocabSize, int rowsPerChunk, boolean bias, double scale) {
  /** Changes no gradients. */
  public BiConsumer<Backend, KernelRun> forward() {
    return (backend, run) ->
        backend.vocabularyLossForward(
            run.input(rows, width),
            projection(run),
            run.ids(-1, vocabSize, rows),
            rowsPerChunk,
            run.overwrittenSum(rows));
  }

  /** Writes losses and gradients. */
  public BiConsumer<Backend, KernelRun> forwardBackward() {
    return (backend, run) ->
        backend.vocabularyLossForwardBackward(
            run.input(rows, width),
            projection(run),
            run.ids(-1, vocabSize, rows),
            rowsPerChunk,
            1.0 / 7,
            run.overwrittenSum(rows),
            run.overwritten(rows, width));
  }

  /** With gradients, which are results. */
  public VocabularyProjection projection(KernelRun run) {
    return new VocabularyProjection(
        run.input(vocabSize, width),
        bias ? run.parameter(vocabSize) : null,
        scale,
        run.updatedSumOfRounded(vocabSize, width),
        bias ? run.updatedSumOfRounded(vocabSize) : null);
  }
}
