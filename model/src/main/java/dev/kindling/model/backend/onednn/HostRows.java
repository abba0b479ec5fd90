package dev.kindling.model.backend.onednn;

import dev.kindling.model.backend.Heads;
import dev.kindling.model.tensor.Tensor;
import java.util.Arrays;

/** Look-ups, rotary positions and relative biases: loops over rows, in plain Java. */
final class HostRows {
  private final HostThreads threads;

  HostRows(HostThreads threads) {
    this.threads = threads;
  }

  void gather(Tensor table, int[] rows, Tensor output, boolean accumulate) {
    int width = Math.toIntExact(table.dim(1));
    threads.forEach(
        rows.length,
        width,
        (thread, first, end) -> {
          if (accumulate) {
            addRows(table, rows, output, (int) first, (int) end);
          } else {
            copyRows(table, rows, output, (int) first, (int) end);
          }
        });
  }

  private static void copyRows(Tensor table, int[] rows, Tensor output, int first, int end) {
    int width = Math.toIntExact(table.dim(1));
    byte[] row = new byte[width * table.dtype().bytes()];
    for (int i = first; i < end; i++) {
      if (rows[i] < 0) {
        Arrays.fill(row, (byte) 0);
      } else {
        table.readBytes((long) rows[i] * width, width, row, 0);
      }
      output.writeBytes((long) i * width, width, row, 0);
    }
  }

  private static void addRows(Tensor table, int[] rows, Tensor output, int first, int end) {
    int width = Math.toIntExact(table.dim(1));
    HostFloats copies = new HostFloats(width);
    float[] row = new float[width];
    float[] sum = new float[width];
    for (int i = first; i < end; i++) {
      if (rows[i] < 0) {
        continue;
      }
      copies.read(table, (long) rows[i] * width, row, width);
      copies.read(output, (long) i * width, sum, width);
      addInPlace(sum, row, width);
      copies.write(output, (long) i * width, sum, width);
    }
  }

  /** On one thread, because rows may repeat and their sum has an order. */
  void scatterAdd(Tensor gradient, int[] rows, Tensor tableGradient) {
    int width = Math.toIntExact(tableGradient.dim(1));
    HostFloats copies = new HostFloats(width);
    float[] row = new float[width];
    float[] sum = new float[width];
    for (int i = 0; i < rows.length; i++) {
      if (rows[i] < 0) {
        continue;
      }
      copies.read(gradient, (long) i * width, row, width);
      copies.read(tableGradient, (long) rows[i] * width, sum, width);
      addInPlace(sum, row, width);
      copies.write(tableGradient, (long) rows[i] * width, sum, width);
    }
  }

  private static void addInPlace(float[] target, float[] source, int length) {
    for (int i = 0; i < length; i++) {
      target[i] += source[i];
    }
  }

  void rotateInPlace(Heads heads, int[] positions, double theta, boolean inverse) {
    int headSize = Math.toIntExact(heads.headSize());
    int width = heads.numHeads() * headSize;
    double[] frequencies = new double[headSize / 2];
    for (int i = 0; i < frequencies.length; i++) {
      frequencies[i] = Math.pow(theta, -2.0 * i / headSize);
    }
    threads.forEach(
        positions.length,
        width,
        (thread, first, end) -> {
          HostFloats copies = new HostFloats(width);
          float[] row = new float[width];
          float[] cosines = new float[headSize / 2];
          float[] sines = new float[headSize / 2];
          for (long i = first; i < end; i++) {
            long offset =
                heads.offset()
                    + i / heads.length() * heads.batchStride()
                    + i % heads.length() * heads.rowStride();
            for (int j = 0; j < frequencies.length; j++) {
              double angle = positions[(int) i] * frequencies[j];
              cosines[j] = (float) Math.cos(angle);
              sines[j] = (float) (inverse ? -Math.sin(angle) : Math.sin(angle));
            }
            copies.read(heads.tensor(), offset, row, width);
            for (int head = 0; head < width; head += headSize) {
              rotate(row, head, cosines, sines);
            }
            copies.write(heads.tensor(), offset, row, width);
          }
        });
  }

  private static void rotate(float[] row, int start, float[] cosines, float[] sines) {
    int half = cosines.length;
    for (int i = 0; i < half; i++) {
      float x = row[start + i];
      float y = row[start + half + i];
      row[start + i] = x * cosines[i] - y * sines[i];
      row[start + half + i] = y * cosines[i] + x * sines[i];
    }
  }

  void relativeBiasForward(Tensor table, int[] buckets, Tensor bias) {
    int numHeads = Math.toIntExact(table.dim(1));
    float[] entries = new float[Math.toIntExact(table.numElements())];
    table.read(0, entries, 0, entries.length);
    float[] values = new float[buckets.length];
    for (int head = 0; head < numHeads; head++) {
      for (int i = 0; i < buckets.length; i++) {
        values[i] = entries[buckets[i] * numHeads + head];
      }
      bias.write((long) head * buckets.length, values, 0, values.length);
    }
  }

  void relativeBiasBackward(Tensor biasGradient, int[] buckets, Tensor tableGradient) {
    int numHeads = Math.toIntExact(tableGradient.dim(1));
    float[] entries = new float[Math.toIntExact(tableGradient.numElements())];
    float[] values = new float[buckets.length];
    // In double: thousands of positions share one bucket.
    double[] sums = new double[entries.length];
    for (int head = 0; head < numHeads; head++) {
      biasGradient.read((long) head * buckets.length, values, 0, values.length);
      for (int i = 0; i < buckets.length; i++) {
        sums[buckets[i] * numHeads + head] += values[i];
      }
    }
    tableGradient.read(0, entries, 0, entries.length);
    for (int i = 0; i < entries.length; i++) {
      entries[i] += (float) sums[i];
    }
    tableGradient.write(0, entries, 0, entries.length);
  }
}
