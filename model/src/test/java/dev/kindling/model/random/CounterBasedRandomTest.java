package dev.kindling.model.random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class CounterBasedRandomTest {
  @Test
  void theBitsOfAKeyAreSplitMix64sSequence() {
    long[] bits = LongStream.range(0, 5).map(i -> CounterBasedRandom.bits(1234567, i)).toArray();

    assertThat(bits)
        .containsExactly(
            6457827717110365317L,
            3203168211198807973L,
            Long.parseUnsignedLong("9817491932198370423"),
            4593380528125082431L,
            Long.parseUnsignedLong("16408922859458223821"));
  }

  @Test
  void theBitsOfAKeyAreThoseOfTheJdksGenerator() {
    SplittableRandom random = new SplittableRandom(-42);
    for (long counter = 0; counter < 1000; counter++) {
      assertThat(CounterBasedRandom.bits(-42, counter)).isEqualTo(random.nextLong());
    }
  }

  @Test
  void uniformNumbersAreMultiplesOfTheSmallestStepAndNever1() {
    for (long counter = 0; counter < 1000; counter++) {
      double uniform = CounterBasedRandom.uniform(5, counter);
      assertThat(uniform).isBetween(0.0, Math.nextDown(1.0));
      assertThat(uniform * 0x1p53).isEqualTo(Math.rint(uniform * 0x1p53));
    }
    assertThat(CounterBasedRandom.toUniform(0)).isZero();
    assertThat(CounterBasedRandom.toUniform(-1)).isEqualTo(Math.nextDown(1.0));
  }

  @Test
  void theOrderAndTheNumberOfTheirPartsTellKeysApart() {
    Set<Long> keys = new HashSet<>();
    int numKeys = 0;
    for (long first = -20; first < 20; first++) {
      keys.add(CounterBasedRandom.key(first));
      numKeys++;
      for (long second = -20; second < 20; second++) {
        keys.add(CounterBasedRandom.key(first, second));
        keys.add(CounterBasedRandom.key(first, second, 0));
        numKeys += 2;
      }
    }
    assertThat(keys).hasSize(numKeys);
  }

  @Test
  void aKeyNeedsAPart() {
    assertThatThrownBy(CounterBasedRandom::key)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("0 parts");
  }
}
