package dev.kindling.model.backend.nd4j;

import dev.kindling.model.backend.VocabularyPart;
import dev.kindling.model.backend.VocabularyProjection;
import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.OffHeapMemory;
import dev.kindling.model.tensor.Tensor;
import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/** Cross-entropy over the vocabulary as its formula, chunk by chunk. */
final class Nd4jVocabularyLoss {
  private final Nd4jViews views;

  Nd4jVocabularyLoss(Nd4jViews views) {
    this.views = views;
  }

  void forward(
      Tensor hidden,
      VocabularyProjection projection,
      Tensor targets,
      int rowsPerChunk,
      Tensor losses) {
    long numTokens = hidden.dim(0);
    for (long first = 0; first < numTokens; first += rowsPerChunk) {
      long count = Math.min(rowsPerChunk, numTokens - first);
      INDArray logits = logits(views.of(rows(hidden, first, count)), projection);
      Chunk.of(logits, projection, targetsOf(targets, first, count)).writeLosses(losses, first);
    }
  }

  void forwardBackward(
      Tensor hidden,
      VocabularyProjection projection,
      Tensor targets,
      int rowsPerChunk,
      double gradientScale,
      Tensor losses,
      Tensor hiddenGradient) {
    long numTokens = hidden.dim(0);
    INDArray weight = views.of(projection.weight());
    for (long first = 0; first < numTokens; first += rowsPerChunk) {
      long count = Math.min(rowsPerChunk, numTokens - first);
      INDArray rows = views.of(rows(hidden, first, count));
      INDArray logits = logits(rows, projection);
      Chunk chunk = Chunk.of(logits, projection, targetsOf(targets, first, count));
      chunk.writeLosses(losses, first);
      INDArray logitGradient = chunk.logitGradient().mul(gradientScale);
      INDArray productGradient = logitGradient.mul(projection.scale());
      views.set(rows(hiddenGradient, first, count), productGradient.mmul(weight));
      views.add(projection.weightGradient(), productGradient.transpose().mmul(rows));
      if (projection.biasGradient() != null) {
        views.add(projection.biasGradient(), logitGradient.sum(0));
      }
    }
  }

  private INDArray logits(INDArray rows, VocabularyProjection projection) {
    INDArray weight = views.of(projection.weight());
    INDArray logits = rows.mmul(weight.transpose()).mul(projection.scale());
    return projection.bias() == null ? logits : logits.addRowVector(views.of(projection.bias()));
  }

  private static Tensor rows(Tensor matrix, long first, long count) {
    return matrix.slice(first * matrix.dim(1), count, matrix.dim(1));
  }

  private static int[] targetsOf(Tensor targets, long first, long count) {
    int[] ids = new int[Math.toIntExact(count)];
    targets.read(first, ids, 0, ids.length);
    return ids;
  }

  /**
   * Some rows of logits.
   *
   * @param logProbabilities of the tokens that are here, under the whole vocabulary
   * @param losses of every row; 0 where the target is not counted
   * @param targets of every row, in the whole vocabulary
   * @param part the tokens that are here
   */
  // The arrays are payload of a record that is never compared.
  @SuppressWarnings("ArrayRecordComponent")
  private record Chunk(
      INDArray logProbabilities, double[] losses, int[] targets, VocabularyPart part) {
    static Chunk of(INDArray logits, VocabularyProjection projection, int[] targets) {
      INDArray max = logits.max(1);
      INDArray sums = Transforms.exp(logits.subColumnVector(max), true).sum(1);
      double[] logSums = Transforms.log(sums, true).add(max).toDoubleVector();
      double[] targetLogits = new double[targets.length];
      for (int i = 0; i < targets.length; i++) {
        int local = projection.part().localTarget(targets[i], logits.size(1));
        targetLogits[i] = local < 0 ? 0 : logits.getDouble(i, local);
      }
      if (projection.part().group().isSliced()) {
        combine(projection.part(), logSums, targetLogits, projection.weight().dtype());
      }
      double[] losses = new double[targets.length];
      Arrays.setAll(losses, i -> targets[i] < 0 ? 0 : logSums[i] - targetLogits[i]);
      INDArray shift = Nd4j.createFromArray(logSums).castTo(logits.dataType());
      return new Chunk(logits.subColumnVector(shift), losses, targets, projection.part());
    }

    private static void combine(
        VocabularyPart part, double[] logSums, double[] targetLogits, DType dtype) {
      long size = part.exchangeSize(logSums.length);
      try (OffHeapMemory memory = OffHeapMemory.allocate(dtype.accumulator(), size)) {
        part.combine(logSums, targetLogits, memory.tensor(0, dtype.accumulator(), size));
      }
    }

    void writeLosses(Tensor target, long first) {
      target.slice(first, losses.length).setDoubles(losses);
    }

    /** Probabilities less 1 at the target; 0 in rows that are not counted. */
    INDArray logitGradient() {
      INDArray gradient = Transforms.exp(logProbabilities, true);
      for (int i = 0; i < targets.length; i++) {
        int local = part.localTarget(targets[i], gradient.size(1));
        if (targets[i] < 0) {
          gradient.getRow(i).assign(0);
        } else if (local >= 0) {
          gradient.putScalar(i, local, gradient.getDouble(i, local) - 1);
        }
      }
      return gradient;
    }
  }
}
