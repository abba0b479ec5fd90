package dev.kindling.data.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindling.data.InvalidInputException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class SampleIndexTest {
  private static final int CONTEXT_LENGTH = 8;

  @Test
  void anEpochHasEveryWindowOnceForAnySize() {
    for (int numTokens : new int[] {9, 10, 16, 17, 18, 24, 25, 26, 97, 257, 1021, 4099, 10007}) {
      SampleIndex index = new SampleIndex(42, numTokens, CONTEXT_LENGTH);
      long n = index.samplesPerEpoch();
      for (long epoch = 0; epoch < 5; epoch++) {
        long[] starts =
            LongStream.range(epoch * n, (epoch + 1) * n).map(index::start).sorted().toArray();
        assertThat(starts[0]).isNotNegative();
        assertThat(starts[starts.length - 1] + CONTEXT_LENGTH + 1).isLessThanOrEqualTo(numTokens);
        for (int i = 1; i < starts.length; i++) {
          assertThat(starts[i] - starts[i - 1]).isEqualTo(CONTEXT_LENGTH);
        }
      }
    }
  }

  @Test
  void packedSequencesAreSamplesAsTheyAreAndComeOncePerEpoch() {
    for (int numSequences : new int[] {1, 2, 3, 17, 64, 1021}) {
      SampleIndex index = SampleIndex.ofPacked(42, numSequences * 9L, 9);
      assertThat(index.samplesPerEpoch()).isEqualTo(numSequences);
      for (int epoch = 0; epoch < 3; epoch++) {
        long first = (long) epoch * numSequences;
        assertThat(LongStream.range(first, first + numSequences).map(index::start).sorted())
            .containsExactlyElementsOf(
                LongStream.range(0, numSequences).map(i -> 9 * i).boxed().toList());
      }
    }
    assertThatThrownBy(() -> SampleIndex.ofPacked(42, 10, 9))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("whole sequences");
  }

  @Test
  void atMostTwoWindowsOfTokensAreLeftOutOfAnEpoch() {
    for (int numTokens = CONTEXT_LENGTH + 1; numTokens < 500; numTokens++) {
      SampleIndex index = new SampleIndex(1, numTokens, CONTEXT_LENGTH);
      long predicted = index.samplesPerEpoch() * CONTEXT_LENGTH;
      assertThat(numTokens - 1 - predicted).isBetween(0L, 2L * CONTEXT_LENGTH - 1);
    }
  }

  @Test
  void everyEpochHasAnotherOrderAndCutsAtOtherPlaces() {
    SampleIndex index = new SampleIndex(3, 100_003, 64);
    long n = index.samplesPerEpoch();
    Set<Long> phases = new HashSet<>();
    for (long epoch = 0; epoch < 100; epoch++) {
      phases.add(index.start(epoch * n) % 64);
    }
    assertThat(phases).hasSizeGreaterThan(40);
    long[] first = LongStream.range(0, 100).map(index::start).map(s -> s / 64).toArray();
    long[] second = LongStream.range(n, n + 100).map(index::start).map(s -> s / 64).toArray();
    assertThat(first).isNotEqualTo(second);
  }

  @Test
  void anEpochIsShuffled() {
    SampleIndex index = new SampleIndex(5, 640_001, 64);
    long n = index.samplesPerEpoch();
    long[] starts = LongStream.range(0, n).map(index::start).toArray();
    long ascending =
        LongStream.range(1, n).filter(i -> starts[(int) i] > starts[(int) i - 1]).count();
    assertThat((double) ascending / n).isBetween(0.47, 0.53);
    double meanOfFirstTenth = Arrays.stream(starts).limit(n / 10).average().orElseThrow();
    assertThat(meanOfFirstTenth / 640_001).isBetween(0.45, 0.55);
  }

  @Test
  void itIsAPureFunctionOfTheSeedAndTheSample() {
    SampleIndex index = new SampleIndex(9, 1L << 40, 1024);
    long far = 1L << 45;
    assertThat(new SampleIndex(9, 1L << 40, 1024).start(far)).isEqualTo(index.start(far));
    assertThat(new SampleIndex(10, 1L << 40, 1024).start(far)).isNotEqualTo(index.start(far));
    assertThat(index.epoch(index.samplesPerEpoch() * 3 + 1)).isEqualTo(3);
  }

  @Test
  void tooFewTokensAreAnError() {
    assertThatThrownBy(() -> new SampleIndex(1, CONTEXT_LENGTH, CONTEXT_LENGTH))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("model.contextLength");
  }
}
