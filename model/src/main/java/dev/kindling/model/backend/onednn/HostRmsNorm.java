package dev.kindling.model.backend.onednn;

import dev.kindling.model.tensor.Tensor;

/** Root-mean-square normalisation of F32 rows, in plain Java. */
final class HostRmsNorm {
  private final HostThreads threads;

  HostRmsNorm(HostThreads threads) {
    this.threads = threads;
  }

  void forward(Tensor input, Tensor gain, double epsilon, Tensor output, Tensor meanSquare) {
    int numRows = Math.toIntExact(input.dim(0));
    int width = Math.toIntExact(input.dim(1));
    float[] gains = new float[width];
    gain.read(0, gains, 0, width);
    float[] means = new float[numRows];
    threads.forEach(
        numRows,
        width,
        (thread, first, end) -> {
          float[] row = new float[width];
          for (int i = (int) first; i < end; i++) {
            input.read((long) i * width, row, 0, width);
            means[i] = dot(row, row, width) / width;
            scale(row, (float) (1 / Math.sqrt(means[i] + epsilon)), gains, width);
            output.write((long) i * width, row, 0, width);
          }
        });
    meanSquare.write(0, means, 0, numRows);
  }

  /** The gradient of the gain is summed by one thread after another, in their order. */
  void backward(
      Tensor outputGradient,
      Tensor input,
      Tensor gain,
      double epsilon,
      Tensor meanSquare,
      Tensor inputGradient,
      boolean accumulate,
      Tensor gainGradient) {
    int numRows = Math.toIntExact(input.dim(0));
    int width = Math.toIntExact(input.dim(1));
    float[] gains = new float[width];
    gain.read(0, gains, 0, width);
    float[] means = new float[numRows];
    meanSquare.read(0, means, 0, numRows);
    float[][] gainGradients = new float[threads.numThreads()][width];
    threads.forEach(
        numRows,
        width,
        (thread, first, end) -> {
          float[] x = new float[width];
          float[] gradient = new float[width];
          float[] result = new float[width];
          for (int i = (int) first; i < end; i++) {
            long offset = (long) i * width;
            input.read(offset, x, 0, width);
            outputGradient.read(offset, gradient, 0, width);
            float factor = (float) (1 / Math.sqrt(means[i] + epsilon));
            addProducts(gradient, x, factor, gainGradients[thread], width);
            multiplyInPlace(gradient, gains, width);
            float projection = dot(gradient, x, width) / width * factor * factor * factor;
            if (accumulate) {
              inputGradient.read(offset, result, 0, width);
              combine(gradient, factor, x, projection, result, width);
              inputGradient.write(offset, result, 0, width);
            } else {
              difference(gradient, factor, x, projection, result, width);
              inputGradient.write(offset, result, 0, width);
            }
          }
        });
    float[] total = new float[width];
    gainGradient.read(0, total, 0, width);
    for (float[] part : gainGradients) {
      for (int i = 0; i < width; i++) {
        total[i] += part[i];
      }
    }
    gainGradient.write(0, total, 0, width);
  }

  /** Eight sums, because one would make each addition wait for the one before it. */
  private static float dot(float[] a, float[] b, int length) {
    float sum0 = 0;
    float sum1 = 0;
    float sum2 = 0;
    float sum3 = 0;
    float sum4 = 0;
    float sum5 = 0;
    float sum6 = 0;
    float sum7 = 0;
    int i = 0;
    for (; i + 8 <= length; i += 8) {
      sum0 += a[i] * b[i];
      sum1 += a[i + 1] * b[i + 1];
      sum2 += a[i + 2] * b[i + 2];
      sum3 += a[i + 3] * b[i + 3];
      sum4 += a[i + 4] * b[i + 4];
      sum5 += a[i + 5] * b[i + 5];
      sum6 += a[i + 6] * b[i + 6];
      sum7 += a[i + 7] * b[i + 7];
    }
    float sum = ((sum0 + sum1) + (sum2 + sum3)) + ((sum4 + sum5) + (sum6 + sum7));
    for (; i < length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  private static void scale(float[] row, float factor, float[] gains, int length) {
    for (int i = 0; i < length; i++) {
      row[i] = row[i] * factor * gains[i];
    }
  }

  private static void addProducts(float[] a, float[] b, float factor, float[] sums, int length) {
    for (int i = 0; i < length; i++) {
      sums[i] += a[i] * b[i] * factor;
    }
  }

  private static void multiplyInPlace(float[] target, float[] factors, int length) {
    for (int i = 0; i < length; i++) {
      target[i] *= factors[i];
    }
  }

  private static void difference(
      float[] a, float factorOfA, float[] b, float factorOfB, float[] result, int length) {
    for (int i = 0; i < length; i++) {
      result[i] = a[i] * factorOfA - b[i] * factorOfB;
    }
  }

  private static void combine(
      float[] a, float factorOfA, float[] b, float factorOfB, float[] result, int length) {
    for (int i = 0; i < length; i++) {
      result[i] += a[i] * factorOfA - b[i] * factorOfB;
    }
  }
}
