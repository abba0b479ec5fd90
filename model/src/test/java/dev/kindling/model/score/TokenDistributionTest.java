package dev.kindling.model.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenDistributionTest {
  /** Against the exponential of the library, one at a time, in the second of three rows. */
  @ParameterizedTest
  @CsvSource({"1, 1", "2, 3", "1021, 0.1", "1024, 1", "1027, 10", "50257, 3", "4099, 100"})
  void probabilitiesAreThoseOfSoftmax(int vocabSize, double deviation) {
    Random random = new Random(vocabSize);
    float[] logits = new float[3 * vocabSize];
    for (int i = 0; i < logits.length; i++) {
      logits[i] = (float) (deviation * random.nextGaussian() - 7);
    }
    TokenDistribution distribution = TokenDistribution.of(logits, 1, vocabSize);
    float[] row = Arrays.copyOfRange(logits, vocabSize, 2 * vocabSize);
    double max = row[distribution.best()];
    double sum = 0;
    for (float logit : row) {
      assertThat((double) logit).isLessThanOrEqualTo(max);
      sum += Math.exp(logit - max);
    }
    for (int id : new int[] {0, vocabSize / 2, vocabSize - 1}) {
      assertThat(distribution.logProbability(id))
          .isCloseTo(row[id] - max - Math.log(sum), within(1e-11));
    }
  }

  @ParameterizedTest
  @ValueSource(floats = {0, 3.5f, 1e30f})
  void tokensThatNeverComeHaveNoProbability(float likely) {
    float[] logits = {Float.NEGATIVE_INFINITY, likely, -1e35f, likely, Float.NEGATIVE_INFINITY};
    TokenDistribution distribution = TokenDistribution.of(logits, 0, 5);
    assertThat(distribution.best()).isEqualTo(1);
    assertThat(distribution.logProbability(3))
        .isCloseTo(-Math.log(2), within(likely * 1e-15 + 1e-12));
    assertThat(distribution.logProbability(0)).isEqualTo(Double.NEGATIVE_INFINITY);
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY})
  void logitsThatAreNoNumbersAreAnError(float broken) {
    for (int place = 0; place < 3; place++) {
      float[] logits = {1, 2, 3};
      logits[place] = broken;
      assertThatThrownBy(() -> TokenDistribution.of(logits, 0, 3))
          .isInstanceOf(ArithmeticException.class)
          .hasMessageContaining("the model's parameters are broken");
    }
    float[] none = {Float.NEGATIVE_INFINITY, Float.NEGATIVE_INFINITY};
    assertThatThrownBy(() -> TokenDistribution.of(none, 0, 2))
        .isInstanceOf(ArithmeticException.class);
  }
}
