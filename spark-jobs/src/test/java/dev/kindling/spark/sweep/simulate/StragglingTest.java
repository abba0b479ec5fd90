package dev.kindling.spark.sweep.simulate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class StragglingTest {
  @Test
  void nobodyWaitsForEqualsOrAlone() {
    assertThat(Straggling.factor(4096, 0)).isEqualTo(1);
    assertThat(Straggling.factor(1, 0.5)).isEqualTo(1);
  }

  /** The larger of two is 2 Φ(σ / √2) on average: with σ = 0.5, 2 × 0.63816. */
  @Test
  void ofTwoItIsTheKnownFormula() {
    assertThat(Straggling.factor(2, 0.5)).isCloseTo(1.27633, within(1e-5));
  }

  @Test
  void itIsTheMeanOfManyDraws() {
    Random random = new Random(3);
    double sum = 0;
    int numDraws = 20_000;
    for (int draw = 0; draw < numDraws; draw++) {
      double most = 0;
      for (int executor = 0; executor < 64; executor++) {
        most = Math.max(most, Math.exp(0.2 * random.nextGaussian() - 0.02));
      }
      sum += most;
    }

    assertThat(Straggling.factor(64, 0.2)).isCloseTo(sum / numDraws, within(5e-3));
  }

  @Test
  void moreExecutorsWaitLonger() {
    double before = 1;
    for (int numExecutors = 2; numExecutors <= 4096; numExecutors *= 2) {
      double factor = Straggling.factor(numExecutors, 0.1);
      assertThat(factor).isGreaterThan(before);
      before = factor;
    }
    assertThat(before).isLessThan(1.5);
  }
}
