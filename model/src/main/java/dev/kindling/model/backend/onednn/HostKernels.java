package dev.kindling.model.backend.onednn;

import dev.kindling.model.backend.AdamWUpdate;
import dev.kindling.model.backend.DecayRange;
import dev.kindling.model.backend.Dropout;
import dev.kindling.model.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongUnaryOperator;

/**
 * Element-wise work that oneDNN has no primitive for, in plain Java: chunks are copied to small
 * arrays in the first cache, where the compiler vectorises, and back.
 */
final class HostKernels {
  private static final int CHUNK = 2048;

  /** Sums of squares are kept for blocks of this size, whatever the number of threads. */
  private static final int BLOCK = 64 * 1024;

  private final HostThreads threads;
  private final Buffers[] buffers;

  HostKernels(HostThreads threads) {
    this.threads = threads;
    this.buffers = new Buffers[threads.numThreads()];
    Arrays.setAll(buffers, thread -> new Buffers());
  }

  /** One thread's arrays. */
  private static final class Buffers {
    final float[] a = new float[CHUNK];
    final float[] b = new float[CHUNK];
    final float[] c = new float[CHUNK];
    final float[] d = new float[CHUNK];
    final HostFloats copies = new HostFloats(CHUNK);
  }

  private interface ChunkLoop {
    void run(Buffers buffers, long start, int length);
  }

  private void forEachChunk(long numElements, ChunkLoop loop) {
    long numChunks = (numElements + CHUNK - 1) / CHUNK;
    threads.forEach(
        numChunks,
        CHUNK,
        (thread, first, end) -> {
          for (long chunk = first; chunk < end; chunk++) {
            long start = chunk * CHUNK;
            loop.run(buffers[thread], start, (int) Math.min(CHUNK, numElements - start));
          }
        });
  }

  void fill(Tensor target, double value) {
    forEachChunk(
        target.numElements(),
        (buffer, start, length) -> {
          Arrays.fill(buffer.a, 0, length, (float) value);
          buffer.copies.write(target, start, buffer.a, length);
        });
  }

  void scaleInPlace(Tensor target, double factor) {
    float scale = (float) factor;
    forEachChunk(
        target.numElements(),
        (buffer, start, length) -> {
          buffer.copies.read(target, start, buffer.a, length);
          multiply(buffer.a, scale, length);
          buffer.copies.write(target, start, buffer.a, length);
        });
  }

  private static void multiply(float[] values, float factor, int length) {
    for (int i = 0; i < length; i++) {
      values[i] *= factor;
    }
  }

  double squaredNorm(Tensor source) {
    int numBlocks = Math.toIntExact((source.numElements() + BLOCK - 1) / BLOCK);
    double[] sums = new double[numBlocks];
    threads.forEach(
        numBlocks,
        BLOCK,
        (thread, first, end) -> {
          for (int block = (int) first; block < end; block++) {
            sums[block] = squaredNormOfBlock(source, (long) block * BLOCK, buffers[thread].a);
          }
        });
    double total = 0;
    for (double sum : sums) {
      total += sum;
    }
    return total;
  }

  private static double squaredNormOfBlock(Tensor source, long blockStart, float[] chunk) {
    double total = 0;
    long blockEnd = Math.min(blockStart + BLOCK, source.numElements());
    for (long start = blockStart; start < blockEnd; start += CHUNK) {
      int length = (int) Math.min(CHUNK, blockEnd - start);
      source.read(start, chunk, 0, length);
      Arrays.fill(chunk, length, CHUNK, 0f);
      total += squaredNormOfChunk(chunk);
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

  void dropout(Tensor source, Dropout dropout, Tensor target) {
    long elementsPerSample = dropout.elementsPerSample();
    long run = dropout.columns().run(elementsPerSample);
    forEachChunk(
        source.numElements(),
        (buffer, start, length) -> {
          buffer.copies.read(source, start, buffer.a, length);
          int done = 0;
          while (done < length) {
            long sample = (start + done) / elementsPerSample;
            long element = (start + done) % elementsPerSample;
            int count = (int) Math.min(length - done, run - element % run);
            int number = dropout.number(element);
            drop(buffer.a, done, count, number, dropout, dropout.sampleKey(sample));
            done += count;
          }
          buffer.copies.write(target, start, buffer.a, length);
        });
  }

  /**
   * {@link #dropout} of rows that lie apart in the tensor whose elements are numbered.
   *
   * @param source its last dim is the length of a row
   * @param firstElements the number in its sample of a row's first element
   * @param samples the sample of a row
   */
  void dropoutOfRows(
      Tensor source,
      Dropout dropout,
      Tensor target,
      LongUnaryOperator firstElements,
      LongUnaryOperator samples) {
    int width = Math.toIntExact(source.dim(source.numDims() - 1));
    threads.forEach(
        source.numElements() / width,
        width,
        (thread, first, end) -> {
          HostFloats copies = new HostFloats(width);
          float[] values = new float[width];
          for (long row = first; row < end; row++) {
            copies.read(source, row * width, values, width);
            long sampleKey = dropout.sampleKey(samples.applyAsLong(row));
            int number = dropout.number(firstElements.applyAsLong(row));
            drop(values, 0, width, number, dropout, sampleKey);
            copies.write(target, row * width, values, width);
          }
        });
  }

  private static void drop(
      float[] values, int start, int count, int firstNumber, Dropout dropout, long sampleKey) {
    int low = (int) sampleKey;
    int high = (int) (sampleKey >>> 32);
    int threshold = dropout.threshold();
    float scale = dropout.scale();
    for (int i = 0; i < count; i++) {
      boolean stays = Dropout.hash(low, high, firstNumber + i) >= threshold;
      values[start + i] = stays ? values[start + i] * scale : 0f;
    }
  }

  void adamWInPlace(
      Tensor parameters,
      Tensor gradients,
      Tensor firstMoments,
      Tensor secondMoments,
      List<DecayRange> ranges,
      AdamWUpdate update) {
    forEachChunk(
        parameters.numElements(),
        (buffer, start, length) -> {
          parameters.read(start, buffer.a, 0, length);
          gradients.read(start, buffer.b, 0, length);
          firstMoments.read(start, buffer.c, 0, length);
          secondMoments.read(start, buffer.d, 0, length);
          int range = rangeOf(start, ranges);
          for (int from = 0; from < length; range++) {
            int to = (int) Math.min(length, ranges.get(range).end() - start);
            adamW(buffer, from, to, ranges.get(range).weightDecay(), update);
            from = to;
          }
          parameters.write(start, buffer.a, 0, length);
          firstMoments.write(start, buffer.c, 0, length);
          secondMoments.write(start, buffer.d, 0, length);
        });
  }

  private static int rangeOf(long element, List<DecayRange> ranges) {
    int low = 0;
    int high = ranges.size() - 1;
    while (low < high) {
      int middle = (low + high) / 2;
      if (ranges.get(middle).end() <= element) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private static void adamW(
      Buffers buffers, int from, int to, double weightDecay, AdamWUpdate update) {
    float[] parameters = buffers.a;
    float[] gradients = buffers.b;
    float[] firstMoments = buffers.c;
    float[] secondMoments = buffers.d;
    float beta1 = (float) update.beta1();
    float beta2 = (float) update.beta2();
    float rest1 = (float) (1 - update.beta1());
    float rest2 = (float) (1 - update.beta2());
    float gradientScale = (float) update.gradientScale();
    float keep = (float) (1 - update.learningRate() * weightDecay);
    float rate = (float) (update.learningRate() / update.firstCorrection());
    float rootScale = (float) (1 / Math.sqrt(update.secondCorrection()));
    float epsilon = (float) update.epsilon();
    for (int i = from; i < to; i++) {
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
