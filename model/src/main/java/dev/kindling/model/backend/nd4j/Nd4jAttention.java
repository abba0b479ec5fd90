package dev.kindling.model.backend.nd4j;

import dev.kindling.model.backend.Matrix;
import dev.kindling.model.tensor.Tensor;
import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/** Causal attention as its formula, one (batch, head) at a time. */
final class Nd4jAttention {
  /** Far below any score and far from overflow, in single precision too. */
  private static final double MASKED = -1e30;

  /** The T×D parts of one (batch, head) inside [B, T, width]. */
  private record Head(int batch, int head, long length, long headSize) {
    Matrix part(Tensor tensor, long column) {
      long width = tensor.dim(tensor.numDims() - 1);
      long offset = batch * length * width + column + head * headSize;
      return new Matrix(tensor, offset, length, headSize, width, 1);
    }

    INDArray read(Tensor tensor, long column) {
      return Nd4jViews.of(part(tensor, column)).dup('c');
    }

    void write(INDArray value, Tensor tensor, long column) {
      Nd4jViews.of(part(tensor, column)).assign(value);
    }
  }

  void forward(Tensor qkv, int numHeads, Tensor output) {
    long width = qkv.dim(2) / 3;
    INDArray mask = mask(qkv);
    for (int batch = 0; batch < qkv.dim(0); batch++) {
      for (int h = 0; h < numHeads; h++) {
        Head head = new Head(batch, h, qkv.dim(1), width / numHeads);
        INDArray probabilities = probabilities(head, qkv, mask);
        head.write(probabilities.mmul(head.read(qkv, 2 * width)), output, 0);
      }
    }
  }

  void backward(Tensor outputGradient, Tensor qkv, int numHeads, Tensor qkvGradient) {
    long width = qkv.dim(2) / 3;
    INDArray mask = mask(qkv);
    for (int batch = 0; batch < qkv.dim(0); batch++) {
      for (int h = 0; h < numHeads; h++) {
        Head head = new Head(batch, h, qkv.dim(1), width / numHeads);
        INDArray probabilities = probabilities(head, qkv, mask);
        INDArray gradient = head.read(outputGradient, 0);
        INDArray probabilityGradient = gradient.mmul(head.read(qkv, 2 * width).transpose());
        INDArray rowSums = probabilityGradient.mul(probabilities).sum(1);
        INDArray scoreGradient =
            probabilityGradient
                .subColumnVector(rowSums)
                .muli(probabilities)
                .divi(Math.sqrt((double) head.headSize()));
        head.write(scoreGradient.mmul(head.read(qkv, width)), qkvGradient, 0);
        head.write(scoreGradient.transpose().mmul(head.read(qkv, 0)), qkvGradient, width);
        head.write(probabilities.transpose().mmul(gradient), qkvGradient, 2 * width);
      }
    }
  }

  private static INDArray probabilities(Head head, Tensor qkv, INDArray mask) {
    INDArray query = head.read(qkv, 0);
    INDArray key = head.read(qkv, qkv.dim(2) / 3);
    INDArray scores =
        query.mmul(key.transpose()).divi(Math.sqrt((double) head.headSize())).addi(mask);
    INDArray exponentials = Transforms.exp(scores.subColumnVector(scores.max(1)), false);
    return exponentials.diviColumnVector(exponentials.sum(1));
  }

  private static INDArray mask(Tensor qkv) {
    int length = Math.toIntExact(qkv.dim(1));
    double[][] mask = new double[length][length];
    for (int row = 0; row < length; row++) {
      Arrays.fill(mask[row], row + 1, length, MASKED);
    }
    DataType type = Nd4jViews.dataType(qkv.dtype());
    return Nd4j.create(mask).castTo(type);
  }
}
