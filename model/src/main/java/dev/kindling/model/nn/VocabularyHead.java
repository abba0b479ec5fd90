package dev.kindling.model.nn;

import dev.kindling.model.autograd.Tape;
import dev.kindling.model.autograd.Variable;
import dev.kindling.model.backend.Matrix;
import dev.kindling.model.backend.SliceGroup;
import dev.kindling.model.backend.VocabularyPart;
import dev.kindling.model.backend.VocabularyProjection;
import dev.kindling.model.batch.Batch;
import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.Tensor;

/**
 * Predicts tokens, or other classes, from hidden states: logits = scale · hidden · weightᵀ + bias.
 * In a loss, the logits exist for a chunk of rows at a time.
 *
 * @param weight [V, C]; often the token embedding
 * @param bias [V], or null
 * @param scale of the logits before the bias
 * @param vocabSize V, also where slices share the rows of {@code weight} and {@code bias}
 * @param slices who has the other rows
 */
public record VocabularyHead(
    Parameter weight, Parameter bias, double scale, long vocabSize, SliceGroup slices) {
  private static final long LEAST_ROWS_PER_CHUNK = 256;

  /**
   * Checks that there is no more than one of bias and scale, as in all known models.
   *
   * @throws IllegalArgumentException if there are both
   */
  public VocabularyHead {
    if (bias != null && scale != 1) {
      throw new IllegalArgumentException(
          "The logits have a bias and the scale " + scale + ": expected one of the two at most");
    }
  }

  /** A head of which all is here. */
  public VocabularyHead(Parameter weight, Parameter bias, double scale) {
    this(weight, bias, scale, weight.value().dim(0), SliceGroup.WHOLE);
  }

  /**
   * The losses of all rows; records the gradient of {@code gradientScale} × their sum.
   *
   * @param hidden [N, C], which has no other use
   * @param targets I32 [N]; {@link Batch#IGNORED} is not counted
   * @return [N] of the accumulator type, in nats; 0 where the target is ignored
   */
  public Tensor losses(Tape tape, Variable hidden, Tensor targets, double gradientScale) {
    Tensor value = hidden.value();
    Tensor losses = tape.scratch(value.dtype().accumulator(), value.dim(0));
    int rowsPerChunk = rowsPerChunk(tape.backend().preferredLogitBytes(), value.dim(0), vocabSize);
    if (!tape.isRecording()) {
      tape.backend().vocabularyLossForward(value, projection(), targets, rowsPerChunk, losses);
      return losses;
    }
    Tensor hiddenGradient = tape.newGradient(value);
    tape.backend()
        .vocabularyLossForwardBackward(
            value, projection(), targets, rowsPerChunk, gradientScale, losses, hiddenGradient);
    tape.record(
        () -> {
          slices.sumInPlace(hiddenGradient);
          hidden.takeShare(hiddenGradient);
        });
    return losses;
  }

  /**
   * The logits of all rows, without a way back.
   *
   * @param hidden [N, C]
   * @return [N, V] of the accumulator type
   */
  public Tensor logits(Tape tape, Tensor hidden) {
    DType dtype = hidden.dtype().accumulator();
    Tensor logits = tape.scratch(dtype, hidden.dim(0), weight.value().dim(0));
    Matrix transposed = Matrix.of(weight.value()).transposed();
    tape.backend()
        .matmul(Matrix.of(hidden), transposed, Linear.valueOf(bias), Matrix.of(logits), false);
    if (scale != 1) {
      tape.backend().scaleInPlace(logits, scale);
    }
    return logits;
  }

  private VocabularyProjection projection() {
    return new VocabularyProjection(
        weight.value(),
        Linear.valueOf(bias),
        scale,
        weight.gradient(),
        bias == null ? null : bias.gradient(),
        VocabularyPart.of(slices, vocabSize));
  }

  /**
   * Equal chunks, so that few shapes of kernels are needed.
   *
   * @param logitBytes that a chunk should have at most, if that is enough for some hundred rows
   */
  public static int rowsPerChunk(long logitBytes, long numRows, long vocabSize) {
    long mostRows = Math.max(LEAST_ROWS_PER_CHUNK, logitBytes / (Float.BYTES * vocabSize));
    long numChunks = (numRows + mostRows - 1) / mostRows;
    return (int) ((numRows + numChunks - 1) / numChunks);
  }
}
