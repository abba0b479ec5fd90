package dev.kindling.model.backend.nd4j;

import dev.kindling.model.backend.VocabularyProjection;
import dev.kindling.model.tensor.Tensor;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/** Cross-entropy over the vocabulary as its formula, chunk by chunk. */
final class Nd4jVocabularyLoss {
  void forward(
      Tensor hidden,
      VocabularyProjection projection,
      Tensor targets,
      int rowsPerChunk,
      Tensor losses) {
    long numTokens = hidden.dim(0);
    for (long first = 0; first < numTokens; first += rowsPerChunk) {
      long count = Math.min(rowsPerChunk, numTokens - first);
      INDArray logProbabilities = logProbabilities(rows(hidden, first, count), projection);
      writeLosses(logProbabilities, targetsOf(targets, first, count), losses, first);
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
    INDArray weight = Nd4jViews.of(projection.weight());
    for (long first = 0; first < numTokens; first += rowsPerChunk) {
      long count = Math.min(rowsPerChunk, numTokens - first);
      INDArray rows = rows(hidden, first, count);
      INDArray logProbabilities = logProbabilities(rows, projection);
      int[] ids = targetsOf(targets, first, count);
      writeLosses(logProbabilities, ids, losses, first);
      INDArray logitGradient = logitGradient(logProbabilities, ids).mul(gradientScale);
      INDArray productGradient = logitGradient.mul(projection.scale());
      rows(hiddenGradient, first, count).assign(productGradient.mmul(weight));
      Nd4jViews.of(projection.weightGradient()).addi(productGradient.transpose().mmul(rows));
      if (projection.biasGradient() != null) {
        Nd4jViews.of(projection.biasGradient()).addi(logitGradient.sum(0));
      }
    }
  }

  private static INDArray rows(Tensor matrix, long first, long count) {
    return Nd4jViews.of(matrix.slice(first * matrix.dim(1), count, matrix.dim(1)));
  }

  private static INDArray logProbabilities(INDArray rows, VocabularyProjection projection) {
    INDArray weight = Nd4jViews.of(projection.weight());
    INDArray logits = rows.mmul(weight.transpose()).mul(projection.scale());
    if (projection.bias() != null) {
      logits = logits.addRowVector(Nd4jViews.of(projection.bias()));
    }
    INDArray shifted = logits.subColumnVector(logits.max(1));
    INDArray logSums = Transforms.log(Transforms.exp(shifted, true).sum(1), true);
    return shifted.subColumnVector(logSums);
  }

  /** Probabilities less 1 at the target; 0 in rows that are not counted. */
  private static INDArray logitGradient(INDArray logProbabilities, int[] ids) {
    INDArray gradient = Transforms.exp(logProbabilities, true);
    for (int i = 0; i < ids.length; i++) {
      if (ids[i] < 0) {
        gradient.getRow(i).assign(0);
      } else {
        gradient.putScalar(i, ids[i], gradient.getDouble(i, ids[i]) - 1);
      }
    }
    return gradient;
  }

  private static int[] targetsOf(Tensor targets, long first, long count) {
    int[] ids = new int[Math.toIntExact(count)];
    targets.read(first, ids, 0, ids.length);
    return ids;
  }

  private static void writeLosses(INDArray logProbabilities, int[] ids, Tensor losses, long first) {
    INDArray chunk = Nd4jViews.of(losses.slice(first, ids.length));
    for (int i = 0; i < ids.length; i++) {
      chunk.putScalar(i, ids[i] < 0 ? 0 : -logProbabilities.getDouble(i, ids[i]));
    }
  }
}
