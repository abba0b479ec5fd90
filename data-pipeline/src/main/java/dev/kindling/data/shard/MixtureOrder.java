package dev.kindling.data.shard;

import java.util.Arrays;
import java.util.stream.DoubleStream;

/**
 * From which part of a mixture each sample comes, and the how-manieth of that part it is: a pure
 * function of the weights and the sample's number, in O(1), so that no index file is needed, a run
 * resumes at any sample, and the number of workers does not matter.
 *
 * <p>Samples come in blocks of {@value #BLOCK}, all alike. In a block every part has its share,
 * rounded so that they add up (largest remainders first), and always gives the sample that brings
 * it closest to its share so far: at any point a part is within one sample per part of its due.
 */
public final class MixtureOrder {
  /** Shares are exact to one in as many. */
  static final int BLOCK = 1 << 16;

  private final short[] partOf = new short[BLOCK];

  /** How many samples of the same part are before this one in its block. */
  private final int[] rankOf = new int[BLOCK];

  private final int[] perBlock;

  /**
   * @param weights positive; only their ratios count
   */
  MixtureOrder(double[] weights) {
    perBlock = shares(weights);
    int[] given = new int[weights.length];
    for (int i = 0; i < BLOCK; i++) {
      int part = mostBehind(given, i + 1);
      partOf[i] = (short) part;
      rankOf[i] = given[part]++;
    }
  }

  private static int[] shares(double[] weights) {
    double total = DoubleStream.of(weights).sum();
    int[] shares = new int[weights.length];
    Integer[] byRemainder = new Integer[weights.length];
    double[] remainders = new double[weights.length];
    for (int part = 0; part < weights.length; part++) {
      double due = weights[part] / total * BLOCK;
      shares[part] = (int) due;
      remainders[part] = due - shares[part];
      byRemainder[part] = part;
    }
    Arrays.sort(byRemainder, (a, b) -> Double.compare(remainders[b], remainders[a]));
    int missing = BLOCK - Arrays.stream(shares).sum();
    for (int i = 0; i < missing; i++) {
      shares[byRemainder[i % byRemainder.length]]++;
    }
    return shares;
  }

  /** Of the parts that have samples left in this block, the one furthest from its share. */
  private int mostBehind(int[] given, int numGiven) {
    int found = -1;
    double largest = Double.NEGATIVE_INFINITY;
    for (int part = 0; part < given.length; part++) {
      double behind = (double) perBlock[part] * numGiven / BLOCK - given[part];
      if (given[part] < perBlock[part] && behind > largest) {
        largest = behind;
        found = part;
      }
    }
    return found;
  }

  /**
   * The part of a sample.
   *
   * @param sample counted from 0
   */
  public int part(long sample) {
    return partOf[(int) (sample % BLOCK)];
  }

  /**
   * Which sample of its part it is, counted from 0.
   *
   * @param sample counted from 0
   */
  public long number(long sample) {
    int inBlock = (int) (sample % BLOCK);
    return sample / BLOCK * perBlock[partOf[inBlock]] + rankOf[inBlock];
  }
}
