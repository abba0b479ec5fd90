package dev.kindling.model.backend.nd4j;

import dev.kindling.model.tensor.Tensor;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/** Cross-entropy over the vocabulary as its formula, chunk by chunk. */
final class Nd4jVocabularyLoss {
  void forward(Tensor hidden, Tensor weight, Tensor targets, int rowsPerChunk, Tensor losses) {
    long numTokens = hidden.dim(0);
    for (long first = 0; first < numTokens; first += rowsPerChunk) {
      long count = Math.min(rowsPerChunk, numTokens - first);
      INDArray rows = rows(hidden, first, count);
      INDArray logProbabilities = logProbabilities(rows, Nd4jViews.of(weight));
      writeLosses(logProbabilities, targetsOf(targets, first, count), losses, first);
    }
  }

  void forwardBackward(
      Tensor hidden,
      Tensor weight,
      Tensor targets,
      int rowsPerChunk,
      double gradientScale,
      Tensor losses,
      Tensor hiddenGradient,
      Tensor weightGradient) {
    long numTokens = hidden.dim(0);
    for (long first = 0; first < numTokens; first += rowsPerChunk) {
      long count = Math.min(rowsPerChunk, numTokens - first);
      INDArray rows = rows(hidden, first, count);
      INDArray logProbabilities = logProbabilities(rows, Nd4jViews.of(weight));
      int[] ids = targetsOf(targets, first, count);
      writeLosses(logProbabilities, ids, losses, first);
      INDArray logitGradient = Transforms.exp(logProbabilities, false);
      for (int i = 0; i < ids.length; i++) {
        if (ids[i] < 0) {
          logitGradient.getRow(i).assign(0);
        } else {
          logitGradient.putScalar(i, ids[i], logitGradient.getDouble(i, ids[i]) - 1);
        }
      }
      logitGradient.muli(gradientScale);
      rows(hiddenGradient, first, count).assign(logitGradient.mmul(Nd4jViews.of(weight)));
      Nd4jViews.of(weightGradient).addi(logitGradient.transpose().mmul(rows));
    }
  }

  private static INDArray rows(Tensor matrix, long first, long count) {
    return Nd4jViews.of(matrix.slice(first * matrix.dim(1), count, matrix.dim(1)));
  }

  private static INDArray logProbabilities(INDArray rows, INDArray weight) {
    INDArray logits = rows.mmul(weight.transpose());
    INDArray shifted = logits.subColumnVector(logits.max(1));
    INDArray logSums = Transforms.log(Transforms.exp(shifted, true).sum(1));
    return shifted.subColumnVector(logSums);
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
