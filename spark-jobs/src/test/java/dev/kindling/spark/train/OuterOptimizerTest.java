package dev.kindling.spark.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class OuterOptimizerTest {
  private static final OuterOptimizer PLAIN = new OuterOptimizer(1, 0, false);

  @Test
  void plainAveragingIsTheMeanToTheLastBitWhateverTheScale() {
    byte[] theta = vector(1e30f, -1f, 3e-30f, 0f, 1e-3f);
    byte[] first = vector(1f, 0.1f, 1f, Float.MIN_VALUE, 1.23e-5f);
    byte[] second = vector(2f, 0.2f, 1e-10f, 0f, -7e8f);

    byte[] averaged = PLAIN.step(theta, new byte[0], new byte[][] {first, second}).theta();

    for (int at = 0; at < theta.length; at += 4) {
      double mean = ((double) FloatVectors.get(first, at) + FloatVectors.get(second, at)) / 2;
      assertThat(FloatVectors.get(averaged, at)).isEqualTo((float) mean);
    }
  }

  @Test
  void plainAveragingOfOneReplicaKeepsItsBits() {
    Random random = new Random(5);
    byte[] theta = new byte[4 * 1021];
    byte[] replica = new byte[theta.length];
    for (int at = 0; at < theta.length; at += 4) {
      FloatVectors.set(
          theta, at, (float) (random.nextGaussian() * Math.pow(10, random.nextInt(30))));
      FloatVectors.set(replica, at, (float) random.nextGaussian());
    }

    assertThat(PLAIN.step(theta, new byte[0], new byte[][] {replica}).theta()).isEqualTo(replica);
  }

  @Test
  void nesterovMomentumFollowsTheTextbookOverTwoSteps() {
    OuterOptimizer diloco = new OuterOptimizer(0.7, 0.9, true);

    OuterOptimizer.Step first =
        diloco.step(vector(1f), vector(0f), new byte[][] {vector(0.5f), vector(0.7f)});
    // g = 0.4; v = 0.4; θ = 1 - 0.7 (0.4 + 0.9 · 0.4)
    assertThat(FloatVectors.get(first.velocity(), 0)).isCloseTo(0.4f, within(1e-6f));
    assertThat(FloatVectors.get(first.theta(), 0)).isCloseTo(0.468f, within(1e-6f));

    OuterOptimizer.Step second =
        diloco.step(first.theta(), first.velocity(), new byte[][] {vector(0.468f)});
    // g = 0; v = 0.36; θ = 0.468 - 0.7 · 0.9 · 0.36
    assertThat(FloatVectors.get(second.theta(), 0)).isCloseTo(0.2412f, within(1e-6f));
  }

  @Test
  void classicalMomentumFollowsTheTextbook() {
    OuterOptimizer classical = new OuterOptimizer(0.5, 0.9, false);

    // g = 0.4; v = 0.9 · 1 + 0.4 = 1.3; θ = 1 - 0.5 · 1.3
    OuterOptimizer.Step step = classical.step(vector(1f), vector(1f), new byte[][] {vector(0.6f)});

    assertThat(FloatVectors.get(step.velocity(), 0)).isCloseTo(1.3f, within(1e-6f));
    assertThat(FloatVectors.get(step.theta(), 0)).isCloseTo(0.35f, within(1e-6f));
  }

  @Test
  void aStepLeavesTheOldStateAsItWas() {
    byte[] theta = vector(1f, 2f);
    byte[] velocity = vector(3f, 4f);

    OuterOptimizer.Step step =
        new OuterOptimizer(0.7, 0.9, true).step(theta, velocity, new byte[][] {vector(0f, 0f)});

    assertThat(theta).isEqualTo(vector(1f, 2f));
    assertThat(velocity).isEqualTo(vector(3f, 4f));
    assertThat(step.theta()).isNotEqualTo(theta);
    assertThat(step.velocity()).isNotEqualTo(velocity);
  }

  private static byte[] vector(float... values) {
    byte[] bytes = new byte[4 * values.length];
    for (int i = 0; i < values.length; i++) {
      FloatVectors.set(bytes, 4 * i, values[i]);
    }
    return bytes;
  }
}
