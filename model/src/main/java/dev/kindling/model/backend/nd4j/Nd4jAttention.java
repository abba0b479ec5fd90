package dev.kindling.model.backend.nd4j;

import dev.kindling.model.backend.AttentionGradients;
import dev.kindling.model.backend.AttentionInputs;
import dev.kindling.model.backend.Dropout;
import dev.kindling.model.backend.Heads;
import dev.kindling.model.backend.Matrix;
import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.Tensor;
import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/** Attention as its formula, one (batch, head) at a time. */
final class Nd4jAttention {
  /** Far below any score and far from overflow, in single precision too. */
  private static final double MASKED = -1e30;

  private final Nd4jViews views;

  Nd4jAttention(Nd4jViews views) {
    this.views = views;
  }

  void forward(AttentionInputs inputs, Tensor output) {
    Heads outputs = asHeads(output, inputs);
    for (int batch = 0; batch < inputs.query().batch(); batch++) {
      INDArray mask = mask(inputs, batch);
      for (int h = 0; h < inputs.query().numHeads(); h++) {
        INDArray probabilities = probabilities(inputs, mask, batch, h);
        if (inputs.dropout() != null) {
          probabilities = probabilities.mul(dropoutFactors(inputs, batch, h));
        }
        INDArray value = views.copyOf(inputs.value().head(batch, h / inputs.groupSize()));
        views.set(outputs.head(batch, h), probabilities.mmul(value));
      }
    }
  }

  void backward(Tensor outputGradient, AttentionInputs inputs, AttentionGradients gradients) {
    Heads outputGradients = asHeads(outputGradient, inputs);
    for (int batch = 0; batch < inputs.query().batch(); batch++) {
      INDArray mask = mask(inputs, batch);
      for (int h = 0; h < inputs.query().numHeads(); h++) {
        INDArray gradient = views.copyOf(outputGradients.head(batch, h));
        headBackward(gradient, inputs, mask, gradients, batch, h);
      }
    }
  }

  private void headBackward(
      INDArray outputGradient,
      AttentionInputs inputs,
      INDArray mask,
      AttentionGradients gradients,
      int batch,
      int h) {
    int keyHead = h / inputs.groupSize();
    boolean isFirstOfGroup = h % inputs.groupSize() == 0;
    INDArray query = views.copyOf(inputs.query().head(batch, h));
    INDArray key = views.copyOf(inputs.key().head(batch, keyHead));
    INDArray value = views.copyOf(inputs.value().head(batch, keyHead));

    INDArray probabilities = probabilities(inputs, mask, batch, h);
    INDArray dropped = probabilities;
    INDArray probabilityGradient = outputGradient.mmul(value.transpose());
    if (inputs.dropout() != null) {
      INDArray factors = dropoutFactors(inputs, batch, h);
      dropped = probabilities.mul(factors);
      probabilityGradient = probabilityGradient.mul(factors);
    }
    INDArray rowSums = probabilityGradient.mul(probabilities).sum(1);
    INDArray scoreGradient = probabilityGradient.subColumnVector(rowSums).mul(probabilities);
    if (gradients.bias() != null) {
      views.write(headOf(gradients.bias(), h), bias -> bias.addi(scoreGradient));
    }

    INDArray productGradient = scoreGradient.mul(inputs.scale());
    views.set(gradients.query().head(batch, h), productGradient.mmul(key));
    add(productGradient.transpose().mmul(query), gradients.key(), batch, keyHead, isFirstOfGroup);
    add(
        dropped.transpose().mmul(outputGradient),
        gradients.value(),
        batch,
        keyHead,
        isFirstOfGroup);
  }

  /** Query heads that share a key-value head add up in its gradient. */
  private void add(INDArray gradient, Heads target, int batch, int head, boolean isFirstOfGroup) {
    Matrix sum = target.head(batch, head);
    views.set(sum, isFirstOfGroup ? gradient : views.of(sum).add(gradient));
  }

  private INDArray probabilities(AttentionInputs inputs, INDArray mask, int batch, int h) {
    INDArray query = views.copyOf(inputs.query().head(batch, h));
    INDArray key = views.copyOf(inputs.key().head(batch, h / inputs.groupSize()));
    INDArray scores = query.mmul(key.transpose()).mul(inputs.scale());
    if (inputs.bias() != null) {
      scores = scores.add(views.of(headOf(inputs.bias(), h)));
    }
    scores = scores.add(mask);
    INDArray exponentials = Transforms.exp(scores.subColumnVector(scores.max(1)), true);
    return exponentials.divColumnVector(exponentials.sum(1));
  }

  /** [Tq, Tk]: 0 where a query sees a key. */
  private static INDArray mask(AttentionInputs inputs, int batch) {
    int numQueries = Math.toIntExact(inputs.query().length());
    int numKeys = Math.toIntExact(inputs.key().length());
    int keyLength = inputs.keyLengths() == null ? numKeys : inputs.keyLengths().toInts()[batch];
    double[][] mask = new double[numQueries][numKeys];
    for (int row = 0; row < numQueries; row++) {
      int numVisible = inputs.causal() ? Math.min(row + 1, keyLength) : keyLength;
      Arrays.fill(mask[row], numVisible, numKeys, MASKED);
    }
    return Nd4jViews.rounded(mask, dtype(inputs));
  }

  /** [Tq, Tk]: what dropout multiplies the probabilities of one (batch, head) by. */
  private static INDArray dropoutFactors(AttentionInputs inputs, int batch, int h) {
    Dropout dropout = inputs.dropout();
    int numQueries = Math.toIntExact(inputs.query().length());
    int numKeys = Math.toIntExact(inputs.key().length());
    double[][] factors = new double[numQueries][numKeys];
    for (int q = 0; q < numQueries; q++) {
      for (int k = 0; k < numKeys; k++) {
        long element = ((long) h * numQueries + q) * numKeys + k;
        factors[q][k] = Nd4jDropout.factor(dropout, batch, element);
      }
    }
    return Nd4jViews.rounded(factors, dtype(inputs));
  }

  /** One head of [H, Tq, Tk]. */
  private static Matrix headOf(Tensor bias, int h) {
    return Matrix.of(bias).rows(h * bias.dim(1), bias.dim(1));
  }

  /** The output, or its gradient, seen as the heads of the queries. */
  private static Heads asHeads(Tensor output, AttentionInputs inputs) {
    Heads query = inputs.query();
    return Heads.of(output, query.batch(), 0, query.numHeads(), query.headSize());
  }

  private static DType dtype(AttentionInputs inputs) {
    return inputs.query().tensor().dtype();
  }
}
