package dev.kindling.model.backend.nd4j;

import dev.kindling.model.backend.Heads;
import dev.kindling.model.backend.Matrix;
import dev.kindling.model.tensor.Tensor;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Rotary positions as rotations of the plane, one (batch, head) at a time. */
final class Nd4jRotaryPositions {
  private final Nd4jViews views;

  Nd4jRotaryPositions(Nd4jViews views) {
    this.views = views;
  }

  void rotateInPlace(Heads heads, Tensor positions, double theta, boolean inverse) {
    int length = Math.toIntExact(heads.length());
    int numPairs = Math.toIntExact(heads.headSize() / 2);
    int[] allPositions = positions.toInts();
    for (int batch = 0; batch < heads.batch(); batch++) {
      double[][] cosines = new double[length][numPairs];
      double[][] sines = new double[length][numPairs];
      for (int t = 0; t < length; t++) {
        for (int i = 0; i < numPairs; i++) {
          double frequency = Math.pow(theta, -2.0 * i / heads.headSize());
          double angle = allPositions[batch * length + t] * frequency;
          cosines[t][i] = Math.cos(angle);
          sines[t][i] = inverse ? -Math.sin(angle) : Math.sin(angle);
        }
      }
      INDArray cosine = Nd4jViews.rounded(cosines, heads.tensor().dtype());
      INDArray sine = Nd4jViews.rounded(sines, heads.tensor().dtype());
      for (int h = 0; h < heads.numHeads(); h++) {
        rotate(heads.head(batch, h), cosine, sine);
      }
    }
  }

  private void rotate(Matrix head, INDArray cosine, INDArray sine) {
    long half = head.numColumns() / 2;
    Matrix left = head.columns(0, half);
    Matrix right = head.columns(half, half);
    INDArray x = views.copyOf(left);
    INDArray y = views.copyOf(right);
    views.set(left, x.mul(cosine).sub(y.mul(sine)));
    views.set(right, y.mul(cosine).add(x.mul(sine)));
  }
}
