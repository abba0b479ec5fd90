package dev.kindling.data.dedup.minhash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MinHasherTest {
  private static final BigInteger PRIME = BigInteger.valueOf(MinHasher.PRIME);

  @Test
  void theAffineMapIsThatOfExactArithmetic() {
    Random random = new Random(1);
    long[] edges = {0, 1, 2, MinHasher.PRIME - 1, MinHasher.PRIME};
    for (int n = 0; n < 20_000; n++) {
      long x = n < 125 ? edges[n % 5] : random.nextLong() >>> 3;
      long factor = n < 125 ? edges[n / 5 % 5] : random.nextLong() >>> 3;
      long summand = n < 125 ? edges[n / 25 % 5] : random.nextLong() >>> 3;
      BigInteger expected =
          BigInteger.valueOf(factor)
              .multiply(BigInteger.valueOf(x))
              .add(BigInteger.valueOf(summand))
              .mod(PRIME);
      assertThat(MinHasher.affine(x, factor, summand)).isEqualTo(expected.longValueExact());
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.5, 0.7, 0.8, 0.9})
  void setsAgreeInABandAsOftenAsTheFormulaSays(double jaccard) {
    MinHashConfig config = MinHashConfig.defaults();
    MinHasher hasher = new MinHasher(config);
    int numTrials = 1_000;
    int numCandidates = 0;
    long numEqualMinima = 0;
    for (int trial = 0; trial < numTrials; trial++) {
      long[][] sets = setsWith(jaccard, new Random(trial));
      long[] one = hasher.signature(sets[0]);
      long[] other = hasher.signature(sets[1]);
      numEqualMinima += numEqual(one, other);
      numCandidates += numEqual(hasher.bandKeys(one), hasher.bandKeys(other)) > 0 ? 1 : 0;
    }
    double share = (double) numCandidates / numTrials;
    // Four standard deviations of a share of 1,000, which are 0.063 at most.
    assertThat(share).isCloseTo(config.candidateProbability(jaccard), within(0.063));
    assertThat((double) numEqualMinima / numTrials / config.numHashes())
        .isCloseTo(jaccard, within(0.01));
  }

  @Test
  void keysDifferByBandAndBySeed() {
    MinHashConfig config = MinHashConfig.defaults();
    long[] set = {1L << 40, 1L << 50};
    MinHasher hasher = new MinHasher(config);
    long[] sameEverywhere = new long[config.numHashes()];
    assertThat(hasher.bandKeys(sameEverywhere)).hasSize(14).doesNotHaveDuplicates();
    MinHashConfig otherSeed = new MinHashConfig(5, 14, 8, 2, 512, 0.8, new KeepRule.Longest());
    assertThat(new MinHasher(otherSeed).signature(set)).isNotEqualTo(hasher.signature(set));
  }

  /** Two sets of 100 and a few elements whose similarity is the given one as nearly as can be. */
  private static long[][] setsWith(double jaccard, Random random) {
    int numUnion = 200;
    int numCommon = (int) Math.round(jaccard * numUnion);
    long[] union = random.longs(numUnion).toArray();
    int numFirst = numCommon + (numUnion - numCommon) / 2;
    long[] first = Arrays.copyOf(union, numFirst);
    long[] second = new long[numUnion - numFirst + numCommon];
    System.arraycopy(union, 0, second, 0, numCommon);
    System.arraycopy(union, numFirst, second, numCommon, numUnion - numFirst);
    return new long[][] {first, second};
  }

  private static int numEqual(long[] one, long[] other) {
    int equal = 0;
    for (int i = 0; i < one.length; i++) {
      equal += one[i] == other[i] ? 1 : 0;
    }
    return equal;
  }
}
