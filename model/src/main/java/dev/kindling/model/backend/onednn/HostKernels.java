package dev.kindling.model.backend.onednn;

import dev.kindling.model.backend.AdamWUpdate;
import dev.kindling.model.tensor.Tensor;
import java.util.Arrays;

/**
 * What oneDNN has no primitive for, in plain Java: chunks are copied to small arrays in the first
 * cache, where the compiler vectorises, and back. F32 only.
 */
final class HostKernels {
  private static final int CHUNK = 2048;

  private final float[] a = new float[CHUNK];
  private final float[] b = new float[CHUNK];
  private final float[] c = new float[CHUNK];
  private final float[] d = new float[CHUNK];
  private float[] table = new float[0];
  private float[] row = new float[0];

  void fill(Tensor target, double value) {
    Arrays.fill(a, (float) value);
    for (long start = 0; start < target.numElements(); start += CHUNK) {
      target.write(start, a, 0, (int) Math.min(CHUNK, target.numElements() - start));
    }
  }

  void scaleInPlace(Tensor target, double factor) {
    float scale = (float) factor;
    for (long start = 0; start < target.numElements(); start += CHUNK) {
      int length = (int) Math.min(CHUNK, target.numElements() - start);
      target.read(start, a, 0, length);
      for (int i = 0; i < length; i++) {
        a[i] *= scale;
      }
      target.write(start, a, 0, length);
    }
  }

  double squaredNorm(Tensor source) {
    double total = 0;
    for (long start = 0; start < source.numElements(); start += CHUNK) {
      int length = (int) Math.min(CHUNK, source.numElements() - start);
      source.read(start, a, 0, length);
      Arrays.fill(a, length, CHUNK, 0f);
      total += squaredNormOfChunk(a);
    }
    return total;
  }

  /** Four sums, because one would make each addition wait for the one before it. */
  private static double squaredNormOfChunk(float[] values) {
    double sum0 = 0;
    double sum1 = 0;
    double sum2 = 0;
    double sum3 = 0;
    for (int i = 0; i < CHUNK; i += 4) {
      sum0 += (double) values[i] * values[i];
      sum1 += (double) values[i + 1] * values[i + 1];
      sum2 += (double) values[i + 2] * values[i + 2];
      sum3 += (double) values[i + 3] * values[i + 3];
    }
    return (sum0 + sum1) + (sum2 + sum3);
  }

  void embeddingForward(
      Tensor tokens, Tensor tokenEmbedding, Tensor positionEmbedding, Tensor output) {
    int length = Math.toIntExact(tokens.dim(1));
    int width = Math.toIntExact(tokenEmbedding.dim(1));
    reserve(length, width);
    positionEmbedding.read(0, table, 0, length * width);
    int[] ids = tokens.toInts();
    for (int i = 0; i < ids.length; i++) {
      tokenEmbedding.read((long) ids[i] * width, row, 0, width);
      addInPlace(row, 0, table, i % length * width, width);
      output.write((long) i * width, row, 0, width);
    }
  }

  void embeddingBackward(
      Tensor outputGradient, Tensor tokens, Tensor tokenGradient, Tensor positionGradient) {
    int length = Math.toIntExact(tokens.dim(1));
    int width = Math.toIntExact(tokenGradient.dim(1));
    reserve(length, width);
    float[] sum = new float[width];
    positionGradient.read(0, table, 0, length * width);
    int[] ids = tokens.toInts();
    for (int i = 0; i < ids.length; i++) {
      outputGradient.read((long) i * width, row, 0, width);
      addInPlace(table, i % length * width, row, 0, width);
      long token = (long) ids[i] * width;
      tokenGradient.read(token, sum, 0, width);
      addInPlace(sum, 0, row, 0, width);
      tokenGradient.write(token, sum, 0, width);
    }
    positionGradient.write(0, table, 0, length * width);
  }

  private void reserve(int length, int width) {
    if (table.length < length * width) {
      table = new float[length * width];
    }
    if (row.length < width) {
      row = new float[width];
    }
  }

  private static void addInPlace(
      float[] target, int targetStart, float[] source, int sourceStart, int length) {
    for (int i = 0; i < length; i++) {
      target[targetStart + i] += source[sourceStart + i];
    }
  }

  void adamWInPlace(
      Tensor parameters,
      Tensor gradients,
      Tensor firstMoments,
      Tensor secondMoments,
      AdamWUpdate update) {
    for (long start = 0; start < parameters.numElements(); start += CHUNK) {
      int length = (int) Math.min(CHUNK, parameters.numElements() - start);
      parameters.read(start, a, 0, length);
      gradients.read(start, b, 0, length);
      firstMoments.read(start, c, 0, length);
      secondMoments.read(start, d, 0, length);
      updateChunk(a, b, c, d, length, update);
      parameters.write(start, a, 0, length);
      firstMoments.write(start, c, 0, length);
      secondMoments.write(start, d, 0, length);
    }
  }

  private static void updateChunk(
      float[] parameters,
      float[] gradients,
      float[] firstMoments,
      float[] secondMoments,
      int length,
      AdamWUpdate update) {
    float beta1 = (float) update.beta1();
    float beta2 = (float) update.beta2();
    float rest1 = (float) (1 - update.beta1());
    float rest2 = (float) (1 - update.beta2());
    float gradientScale = (float) update.gradientScale();
    float keep = (float) (1 - update.learningRate() * update.weightDecay());
    float rate = (float) (update.learningRate() / update.firstCorrection());
    float rootScale = (float) (1 / Math.sqrt(update.secondCorrection()));
    float epsilon = (float) update.epsilon();
    for (int i = 0; i < length; i++) {
      float gradient = gradients[i] * gradientScale;
      float first = beta1 * firstMoments[i] + rest1 * gradient;
      float second = beta2 * secondMoments[i] + rest2 * gradient * gradient;
      firstMoments[i] = first;
      secondMoments[i] = second;
      float root = (float) Math.sqrt(second) * rootScale;
      parameters[i] = parameters[i] * keep - rate * first / (root + epsilon);
    }
  }
}
