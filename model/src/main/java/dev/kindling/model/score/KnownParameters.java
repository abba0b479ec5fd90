package dev.kindling.model.score;

import dev.kindling.model.nn.ParameterStore;
import dev.kindling.model.tensor.Tensor;
import java.util.Arrays;
import java.util.function.IntToDoubleFunction;

/** Sets parameters by formulas. */
record KnownParameters(ParameterStore parameters) {
  /** A matrix that changes nothing. */
  static final Element IDENTITY = (row, column) -> row == column ? 1 : 0;

  /** An element of a matrix. */
  @FunctionalInterface
  interface Element {
    double at(int row, int column);
  }

  void set(String name, Element element) {
    Tensor matrix = parameters.tensor(name);
    int width = Math.toIntExact(matrix.dim(1));
    setVector(name, i -> element.at(i / width, i % width));
  }

  void setVector(String name, IntToDoubleFunction element) {
    Tensor target = parameters.tensor(name);
    double[] values = new double[Math.toIntExact(target.numElements())];
    Arrays.setAll(values, element);
    target.setDoubles(values);
  }

  static double[] logSoftmax(double[] logits) {
    double logSum = Math.log(Arrays.stream(logits).map(Math::exp).sum());
    return Arrays.stream(logits).map(logit -> logit - logSum).toArray();
  }
}
