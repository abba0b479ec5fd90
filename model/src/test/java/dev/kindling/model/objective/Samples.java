package dev.kindling.model.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.kindling.model.random.NoiseKey;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** Texts for the tests of objectives, and bounds for what is drawn. */
final class Samples {
  static final long SEED = 17;

  private Samples() {}

  /** Tokens that count up. */
  static int[] text(int first, int length) {
    return IntStream.range(first, first + length).toArray();
  }

  static RawSample sample(long index, int... tokens) {
    return new RawSample(new NoiseKey(SEED, 0, index), tokens);
  }

  /** One sample of this text for each of many keys. */
  static void forEach(int numSamples, int[] text, Consumer<List<RawSample>> test) {
    for (int index = 0; index < numSamples; index++) {
      test.accept(List.of(sample(index, text)));
    }
  }

  /** Within five standard deviations of a binomial distribution. */
  static void assertShare(long numHits, long numDraws, double probability) {
    double deviation = Math.sqrt(probability * (1 - probability) / numDraws);
    assertThat((double) numHits / numDraws).isCloseTo(probability, within(5 * deviation));
  }

  /** Every value was drawn, and each about equally often. */
  static void assertUniform(int[] counts) {
    long numDraws = IntStream.of(counts).asLongStream().sum();
    for (int count : counts) {
      assertShare(count, numDraws, 1.0 / counts.length);
    }
  }
}
