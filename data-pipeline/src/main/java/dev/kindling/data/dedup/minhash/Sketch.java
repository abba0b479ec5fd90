package dev.kindling.data.dedup.minhash;

import java.nio.ByteBuffer;
import java.nio.IntBuffer;

/**
 * A sample of a shingle set from which the Jaccard similarity of two sets is computed: the k
 * smallest of its hashes, the upper 32 bits of each (bottom-k sketch; Cohen and Kaplan 2007). Of
 * sets with fewer than k elements it has them all, and the similarity is exact; for larger ones its
 * standard deviation is at most √(s (1 - s) / k): 0.018 at s = 0.8 and k = 512.
 *
 * <p>For the same memory it says more than the minima of the bands do, which 112 of 8 bytes know a
 * similarity of 0.8 to 0.038 only, and long texts and short ones alike.
 */
final class Sketch {
  private Sketch() {}

  /**
   * Makes a sketch.
   *
   * @param shingles distinct, in ascending order
   * @param size the most elements k
   * @return 4 bytes for each element, big-endian, in ascending order
   */
  static byte[] of(long[] shingles, int size) {
    ByteBuffer sketch = ByteBuffer.allocate(Integer.BYTES * Math.min(shingles.length, size));
    int numElements = 0;
    int last = 0;
    for (int i = 0; i < shingles.length && numElements < size; i++) {
      int element = (int) (shingles[i] >> 32);
      if (numElements == 0 || element != last) {
        sketch.putInt(element);
        numElements++;
      }
      last = element;
    }
    byte[] bytes = new byte[sketch.position()];
    sketch.flip().get(bytes);
    return bytes;
  }

  /**
   * The Jaccard similarity of the sets that two sketches were made of. The elements up to the
   * greatest of a full sketch are all known, and a fair sample of the union.
   *
   * @param size the most elements that the sketches could have
   */
  static double jaccard(byte[] one, byte[] other, int size) {
    IntBuffer left = ByteBuffer.wrap(one).asIntBuffer();
    IntBuffer right = ByteBuffer.wrap(other).asIntBuffer();
    int bound = Math.min(knownUpTo(left, size), knownUpTo(right, size));
    int numCommon = 0;
    int numUnion = 0;
    int i = 0;
    int j = 0;
    while (i < left.limit() || j < right.limit()) {
      int order = compare(left, i, right, j);
      int element = order <= 0 ? left.get(i) : right.get(j);
      if (element > bound) {
        break;
      }
      numUnion++;
      numCommon += order == 0 ? 1 : 0;
      i += order <= 0 ? 1 : 0;
      j += order >= 0 ? 1 : 0;
    }
    return (double) numCommon / numUnion;
  }

  private static int knownUpTo(IntBuffer sketch, int size) {
    return sketch.limit() < size ? Integer.MAX_VALUE : sketch.get(size - 1);
  }

  private static int compare(IntBuffer left, int i, IntBuffer right, int j) {
    if (i == left.limit()) {
      return 1;
    }
    return j == right.limit() ? -1 : Integer.compare(left.get(i), right.get(j));
  }
}
